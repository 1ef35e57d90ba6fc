using System.Diagnostics;
using SdFleet.Cli.Chaos.Fleet;
using SdFleet.Cli.Chaos.Servers;
using SdFleet.Cli.Keys;
using SdFleet.Cli.Output;
using SdFleet.Contracts;
using SdFleet.JobStore;

namespace SdFleet.Cli.Chaos;

/// <summary>
/// A fleet of this build on somebody's servers, to be tried: each service a process. Everything that it makes (virtual host,
/// database, container, processes, files) is its own, and is gone when it ends.
/// </summary>
internal sealed class Trial : IAsyncDisposable
{
    /// <summary>How long what the trial needs may take to be there.</summary>
    public static readonly TimeSpan SetUpPatience = TimeSpan.FromMinutes(2);

    /// <summary>How long what is not needed any more may take to end.</summary>
    public static readonly TimeSpan CleanUpPatience = TimeSpan.FromSeconds(60);

    private const int TailLines = 15;

    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(250);

    private readonly TrialServers _servers;
    private readonly CliConsole _console;
    private readonly string _name;
    private readonly string _folder;
    private bool _hasHost;
    private ChaosArtifacts? _artifacts;
    private ChaosFleet? _fleet;

    /// <param name="kind">What kind of trial, as part of names: a-z.</param>
    /// <param name="servers">Where it may make what it needs.</param>
    /// <param name="console">Hears what is done.</param>
    public Trial(string kind, TrialServers servers, CliConsole console)
    {
        _servers = servers;
        _console = console;
        _name = $"sdfleet_{kind}_{Guid.NewGuid():N}"[..24];
        _folder = Directory.CreateTempSubdirectory($"sdfleet-{kind}-").FullName;
        Host = new ScratchVirtualHost(servers.Management, servers.Broker, _name);
    }

    /// <summary>Its virtual host.</summary>
    public ScratchVirtualHost Host { get; }

    /// <summary>Its database; null where jobs are kept in a file.</summary>
    public ScratchDatabase? Database { get; private set; }

    /// <summary>Its pictures. There once it is started.</summary>
    public ChaosArtifacts Artifacts => _artifacts ?? throw new InvalidOperationException("The trial was not started.");

    /// <summary>Its processes. There once it is started.</summary>
    public ChaosFleet Fleet => _fleet ?? throw new InvalidOperationException("The trial was not started.");

    /// <summary>Connection string of its database, or the file.</summary>
    public string JobStore => Database?.ConnectionString ?? JobFile;

    /// <summary>Folder of what the processes print.</summary>
    public string Logs => Path.Combine(_folder, "logs");

    /// <summary>Folder of the workers' journals.</summary>
    public string JournalFolder => Path.Combine(_folder, "journals");

    private string JobFile => Path.Combine(_folder, "jobs.db");

    /// <summary>Makes everything, and returns when the fleet can do its work.</summary>
    /// <param name="coordinators">How many.</param>
    /// <param name="workers">How many.</param>
    /// <param name="keys">The tenants' keys.</param>
    /// <param name="hasBlobProxy">Whether a proxy that can fail stands before the blob service.</param>
    /// <param name="more">Settings of the services on top of the usual ones.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="CliException">It cannot be made here; the message says why.</exception>
    public async Task StartAsync(
        int coordinators,
        int workers,
        IReadOnlyDictionary<string, ApiKey> keys,
        bool hasBlobProxy,
        IReadOnlyDictionary<string, string> more,
        CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Logs);
        Directory.CreateDirectory(JournalFolder);
        var blobAddress = _servers.Blobs is { } text ? BlobAddress.Parse(text) : null;

        // Not to be interrupted: what is half made would be left behind.
        _hasHost = true;
        await Host.CreateAsync(CancellationToken.None);
        Database = _servers.Postgres is { } postgres ? await ScratchDatabase.CreateAsync(postgres, _name, CancellationToken.None) : null;
        _artifacts = blobAddress is not null
            ? await ChaosArtifacts.InContainerAsync(blobAddress, _name.Replace('_', '-'), hasBlobProxy ? FreePorts.Take(1)[0] : null, CancellationToken.None)
            : ChaosArtifacts.InFolder(Path.Combine(_folder, "images"));
        var settings = new FleetSettings
        {
            Broker = Host.Broker,
            Management = _servers.Management,
            Publisher = Host.User,
            Database = Database?.ConnectionString,
            JobFile = JobFile,
            Artifacts = _artifacts.Settings,
            Keys = keys,
            More = more,
        };
        cancellationToken.ThrowIfCancellationRequested();
        _console.Note($"Starting the API, {Amount.Plural(coordinators, "coordinator")} and {Amount.Plural(workers, "worker")}...");
        _fleet = new ChaosFleet(settings, coordinators, workers, Logs, JournalFolder);
        await _fleet.StartAsync(cancellationToken);

        // What is published while RabbitMQ 3.10 puts policies on a queue may hang.
        var watch = Stopwatch.StartNew();
        while (!await Host.HasPolicyAsync(Topology.SubmitQueue, cancellationToken))
        {
            if (watch.Elapsed > SetUpPatience)
            {
                throw new CliException($"the coordinator has not set the fleet's policies on the broker. The end of what it printed:\n{_fleet.Coordinators[0].Tail(TailLines)}");
            }

            await Task.Delay(Tick, cancellationToken);
        }
    }

    /// <summary>Again and again starts processes that ended by themselves, and has something measured.</summary>
    /// <param name="duration">For how long; null for as long as it is not cancelled.</param>
    /// <param name="interval">Between two measurements.</param>
    /// <param name="revived">Hears of each process that was started again.</param>
    /// <param name="measure">Measures.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task WatchAsync(
        TimeSpan? duration, TimeSpan interval, Action<string> revived, Func<CancellationToken, Task> measure, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        for (var left = duration; left is null || left > TimeSpan.Zero; left = duration - watch.Elapsed)
        {
            foreach (var process in Fleet.Revive())
            {
                revived(process);
            }

            await measure(cancellationToken);
            left = duration - watch.Elapsed;
            await Task.Delay(left is null || left > interval ? interval : left > TimeSpan.Zero ? left.Value : TimeSpan.Zero, cancellationToken);
        }
    }

    /// <summary>Ends and deletes everything that the trial made.</summary>
    public async ValueTask DisposeAsync()
    {
        _fleet?.Dispose();
        await ClearAsync("the virtual host", _hasHost ? () => Host.DeleteAsync(CancellationToken.None) : null);
        await ClearAsync("the database", Database is { } database ? async () => await database.DisposeAsync() : null);
        await ClearAsync("the container", _artifacts is { } artifacts ? async () => await artifacts.DisposeAsync() : null);
        Host.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task ClearAsync(string what, Func<Task>? work)
    {
        if (work is not null && await Quietly.RunAsync(work, CleanUpPatience) is { } trouble)
        {
            _console.Note($"{what} {_name} is left behind: {trouble}");
        }
    }
}
