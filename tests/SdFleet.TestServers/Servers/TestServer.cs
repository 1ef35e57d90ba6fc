namespace SdFleet.TestServers;

/// <summary>
/// A real server for tests. A shared one (<c>GetAsync</c>) is started at most once in a test process and lives as long as
/// that; a private one (<c>StartPrivateAsync</c>) belongs to one test, which may therefore kill or pause it.
/// </summary>
public abstract class TestServer : IAsyncDisposable
{
    private readonly ServersScript? _script;

    private protected TestServer(ServersScript? script) => _script = script;

    /// <summary>The server's processes; empty where it runs in a container or was started by somebody else.</summary>
    public IReadOnlyList<int> ProcessIds => _script?.ProcessIds ?? [];

    /// <summary>Ends the server as a crash would. Its port answers nobody until <see cref="RestartAsync"/>.</summary>
    public Task KillAsync() => Private.KillAsync();

    /// <summary>Starts the server again on the same port with the same data, after stopping it in good order if it runs.</summary>
    public Task RestartAsync() => Private.RestartAsync();

    /// <summary>Stops the server's clock: connections stay open and nobody answers.</summary>
    public Task PauseAsync() => Private.PauseAsync();

    public Task ResumeAsync() => Private.ResumeAsync();

    /// <summary>Stops a private server and removes its data. A shared one stays for the tests still to come.</summary>
    public async ValueTask DisposeAsync()
    {
        if (IsPrivate && _script is not null)
        {
            await _script.StopAsync();
        }

        GC.SuppressFinalize(this);
    }

    internal bool IsPrivate { get; init; }

    private ServersScript Private => IsPrivate && _script is not null
        ? _script
        : throw new InvalidOperationException("Other tests use this server: start a private one with StartPrivateAsync.");

    private protected static string? Given(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value ? value : null;

    private protected static string UniqueName(string prefix) => $"{prefix}_{Guid.NewGuid():N}"[..(prefix.Length + 13)];
}
