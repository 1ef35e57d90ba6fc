using SdFleet.Cli.Chaos.Fleet;
using SdFleet.Cli.Output;
using SdFleet.JobStore;

namespace SdFleet.Cli.Chaos.Servers;

/// <summary>
/// The run's own part of each server: a virtual host, a database or a file for jobs, a container or a folder for pictures. Disposing it
/// deletes them, and says what it could not delete.
/// </summary>
internal sealed class ChaosServers : IAsyncDisposable
{
    private static readonly TimeSpan CleanUpPatience = TimeSpan.FromSeconds(60);

    private readonly string _name;
    private readonly string _folder;
    private readonly CliConsole _console;
    private bool _hasHost;
    private ChaosArtifacts? _artifacts;

    private ChaosServers(ChaosOptions options, string name, string folder, CliConsole console)
    {
        _name = name;
        _folder = folder;
        _console = console;
        Host = new ScratchVirtualHost(options.Management, options.Broker, name);
    }

    /// <summary>The virtual host.</summary>
    public ScratchVirtualHost Host { get; }

    /// <summary>The database; null where jobs are kept in <see cref="JobFile"/>.</summary>
    public ScratchDatabase? Database { get; private set; }

    /// <summary>The file that jobs are kept in where there is no database.</summary>
    public string JobFile => Path.Combine(_folder, "jobs.db");

    /// <summary>Where the pictures are.</summary>
    public ChaosArtifacts Artifacts => _artifacts!;

    /// <summary>Makes all of it. Not to be interrupted: what is half made would be left behind.</summary>
    /// <param name="options">Which servers.</param>
    /// <param name="name">The name of all of it.</param>
    /// <param name="folder">Where files go.</param>
    /// <param name="console">Hears of what is left behind.</param>
    /// <exception cref="CliException">Something cannot be made; what was made is deleted.</exception>
    public static async Task<ChaosServers> CreateAsync(ChaosOptions options, string name, string folder, CliConsole console)
    {
        var blobs = options.Blobs is { } text ? BlobAddress.Parse(text) : null;
        var servers = new ChaosServers(options, name, folder, console);
        try
        {
            servers._hasHost = true;
            await servers.Host.CreateAsync(CancellationToken.None);
            servers.Database = options.Postgres is { } postgres ? await ScratchDatabase.CreateAsync(postgres, name, CancellationToken.None) : null;
            servers._artifacts = blobs is not null
                ? await ChaosArtifacts.InContainerAsync(blobs, name.Replace('_', '-'), FreePorts.Take(1)[0], CancellationToken.None)
                : ChaosArtifacts.InFolder(Path.Combine(folder, "images"));
            return servers;
        }
        catch
        {
            await servers.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await ClearAsync("the virtual host", _hasHost ? () => Host.DeleteAsync(CancellationToken.None) : null);
        await ClearAsync("the database", Database is { } database ? async () => await database.DisposeAsync() : null);
        await ClearAsync("the container", _artifacts is { } artifacts ? async () => await artifacts.DisposeAsync() : null);
        Host.Dispose();
    }

    private async Task ClearAsync(string what, Func<Task>? work)
    {
        if (work is not null && await Quietly.RunAsync(work, CleanUpPatience) is { } trouble)
        {
            _console.Note($"{what} {_name} is left behind: {trouble}");
        }
    }
}
