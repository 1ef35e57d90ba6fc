using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace SdFleet.Cli.Chaos.Fleet;

/// <summary>
/// One place in the fleet: a service of this build in a process of its own, started anew where it went away, always on the
/// same port.
/// </summary>
internal sealed class FleetMember : IDisposable
{
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromMilliseconds(100);

    private readonly Lock _lock = new();
    private readonly Lock _life = new();
    private readonly string _program;
    private readonly string _logs;
    private readonly IReadOnlyDictionary<string, string> _settings;
    private readonly HttpClient _probe = new() { Timeout = TimeSpan.FromSeconds(10) };
    private Process? _process;
    private StreamWriter? _log;
    private int _starts;

    // Whether its end is somebody's wish; else it is started again.
    private bool _isExpectedToEnd;

    /// <param name="name">As the report calls it.</param>
    /// <param name="project">The service's project.</param>
    /// <param name="port">Where it listens.</param>
    /// <param name="settings">Its configuration, as environment variables.</param>
    /// <param name="logs">Folder of what it prints.</param>
    public FleetMember(string name, string project, int port, IReadOnlyDictionary<string, string> settings, string logs)
    {
        Name = name;
        Address = new Uri($"http://127.0.0.1:{port}");
        _program = Path.Combine(AppContext.BaseDirectory, $"{project}.dll");
        _settings = settings;
        _logs = logs;
    }

    public string Name { get; }

    public Uri Address { get; }

    /// <summary>Number of the process.</summary>
    public int ProcessId => Process.Id;

    /// <summary>Name and number of the process.</summary>
    public string Title => $"{Name} (process {Process.Id})";

    public bool HasExited => Process.HasExited;

    private Process Process => _process ?? throw new InvalidOperationException($"{Name} was not started.");

    /// <summary>Starts a process, where none runs.</summary>
    public void Start()
    {
        lock (_life)
        {
            StartAnew();
        }
    }

    /// <summary>Starts it again, where it ended and was not to.</summary>
    /// <returns>The exit code with which it ended; null where it runs, or where its end is somebody's wish.</returns>
    public int? Revive()
    {
        // Under one lock: between the two questions its end could be wished, and come.
        lock (_life)
        {
            if (_isExpectedToEnd || !Process.HasExited)
            {
                return null;
            }

            var exitCode = Process.ExitCode;
            StartAnew();
            return exitCode;
        }
    }

    /// <summary>SIGKILL, and waits for the end.</summary>
    public async Task KillAsync()
    {
        ExpectEnd();
        Signals.Kill(Process);
        await Process.WaitForExitAsync();
    }

    /// <summary>SIGTERM, and waits for the end.</summary>
    /// <returns>False where it did not end in time, and was killed.</returns>
    public async Task<bool> TerminateAsync(TimeSpan patience)
    {
        ExpectEnd();
        Signals.Terminate(Process);
        using var timeout = new CancellationTokenSource(patience);
        try
        {
            await Process.WaitForExitAsync(timeout.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            await KillAsync();
            return false;
        }
    }

    /// <summary>SIGSTOP.</summary>
    public void Stop() => Signals.Stop(Process);

    /// <summary>SIGCONT.</summary>
    public void Continue() => Signals.Continue(Process);

    /// <summary>Waits until the service says that it can do its work.</summary>
    /// <returns>False where it did not in time.</returns>
    public async Task<bool> UntilReadyAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        var waited = Stopwatch.StartNew();
        while (waited.Elapsed < patience)
        {
            if (await IsReadyAsync(cancellationToken))
            {
                return true;
            }

            await Task.Delay(ProbeInterval, cancellationToken);
        }

        return false;
    }

    /// <summary>The last lines that it printed.</summary>
    public string Tail(int lines)
    {
        lock (_lock)
        {
            _log?.Flush();
        }

        var log = Path.Combine(_logs, $"{Name.Replace(' ', '-')}.log");
        using var reader = new StreamReader(new FileStream(log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return string.Join('\n', reader.ReadToEnd().Split('\n').TakeLast(lines));
    }

    /// <summary>Kills what runs.</summary>
    public void Dispose()
    {
        ExpectEnd();
        if (_process is { HasExited: false } running)
        {
            Signals.Kill(running);
            running.WaitForExit();
        }

        Forget();
        _probe.Dispose();
    }

    private void StartAnew()
    {
        _isExpectedToEnd = true;
        Forget();
        _starts++;
        var start = new ProcessStartInfo(Host(), ["exec", _program])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = _logs,
        };
        foreach (var name in start.Environment.Keys.Where(IsNotForIt).ToList())
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in _settings)
        {
            start.Environment[name] = value.Replace("{start}", _starts.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
        }

        start.Environment["ASPNETCORE_URLS"] = Address.GetLeftPart(UriPartial.Authority);
        _log = new StreamWriter(Path.Combine(_logs, $"{Name.Replace(' ', '-')}.log"), append: true);
        var process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.Start();
        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _process = process;
        _isExpectedToEnd = false;
    }

    private void ExpectEnd()
    {
        lock (_life)
        {
            _isExpectedToEnd = true;
        }
    }

    private async Task<bool> IsReadyAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var response = await _probe.GetAsync(new Uri(Address, "/health/ready"), cancellationToken);
            return response.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return false;
        }
    }

    // What this program's own surroundings say of fleets, addresses and test hosts is not meant for the run's.
    private static bool IsNotForIt(string variable) =>
        variable.StartsWith("SdFleet__", StringComparison.OrdinalIgnoreCase)
        || variable.StartsWith("ASPNETCORE_", StringComparison.OrdinalIgnoreCase)
        || variable.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)
        || variable.StartsWith("VSTEST", StringComparison.OrdinalIgnoreCase)
        || variable is "DOTNET_STARTUP_HOOKS" or "DOTNET_ADDITIONAL_DEPS" or "DOTNET_ENVIRONMENT";

    // The one that runs this program, wherever it is installed.
    private static string Host()
    {
        var host = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet"));
        return File.Exists(host) ? host : "dotnet";
    }

    private void Keep(string? line)
    {
        lock (_lock)
        {
            if (line is not null)
            {
                _log?.WriteLine(line);
            }
        }
    }

    private void Forget()
    {
        _process?.Dispose();
        _process = null;
        lock (_lock)
        {
            _log?.Dispose();
            _log = null;
        }
    }
}
