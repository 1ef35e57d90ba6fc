using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Xml.Linq;

namespace SdFleet.TestServers;

/// <summary>
/// One of the repository's programs, run as its users run it: the built dll in a process of its own. The process ends with
/// the test process at the latest.
/// </summary>
public sealed partial class FleetProcess : IAsyncDisposable
{
    private const int MaxTries = 3;

    private const int Sigint = 2;
    private const int Sigkill = 9;
    private const int Sigterm = 15;
    private const int Sigcont = 18;
    private const int Sigstop = 19;

#if DEBUG
    private const string BuildConfiguration = "Debug";
#else
    private const string BuildConfiguration = "Release";
#endif

    private static readonly TimeSpan DefaultPatience = TimeSpan.FromMinutes(3);
    private static readonly HttpClient Client = new() { Timeout = TimeSpan.FromSeconds(30) };

    private readonly Process _process;
    private readonly List<string> _output = [];

    private FleetProcess(string project, string folder, Process process, Uri? address)
    {
        Project = project;
        Folder = folder;
        _process = process;
        Address = address;
    }

    /// <summary>The project's name, e.g. <c>SdFleet.Api</c>.</summary>
    public string Project { get; }

    /// <summary>The process's working directory: an empty folder of its own, removed with this object.</summary>
    public string Folder { get; }

    public int Id => _process.Id;

    /// <summary>Where the service listens, for one that <see cref="StartServiceAsync"/> started.</summary>
    public Uri? Address { get; }

    public bool HasExited => _process.HasExited;

    /// <summary>For a process that has ended; 128 + the signal's number where a signal ended it.</summary>
    public int ExitCode => _process.ExitCode;

    /// <summary>The lines printed so far, on standard output and standard error.</summary>
    public IReadOnlyList<string> Output
    {
        get
        {
            lock (_output)
            {
                return [.. _output];
            }
        }
    }

    /// <summary>Starts a program.</summary>
    /// <param name="project">The project's name, e.g. <c>SdFleet.Cli</c>.</param>
    /// <param name="environment">Variables to set, on top of this process's own; null takes one away.</param>
    /// <param name="arguments">The command line.</param>
    public static FleetProcess Start(string project, IReadOnlyDictionary<string, string?>? environment = null, params IEnumerable<string> arguments) =>
        Start(project, environment, address: null, arguments);

    /// <summary>Starts a service on a free port (ASPNETCORE_URLS) and returns when it answers on its health endpoint.</summary>
    public static async Task<FleetProcess> StartServiceAsync(
        string project,
        IReadOnlyDictionary<string, string?>? environment = null,
        string health = "/health/ready",
        TimeSpan? patience = null)
    {
        for (var tries = 1; ; tries++)
        {
            var address = new Uri($"http://127.0.0.1:{FreePort.Next()}");
            var variables = new Dictionary<string, string?>(environment ?? new Dictionary<string, string?>())
            {
                ["ASPNETCORE_URLS"] = address.ToString().TrimEnd('/'),
            };
            var process = Start(project, variables, address, []);
            try
            {
                await process.WaitForHealthAsync(new Uri(address, health), patience);
                return process;
            }
            catch (TestServerException) when (tries < MaxTries && process.Output.Any(line => line.Contains("address already in use", StringComparison.OrdinalIgnoreCase)))
            {
                // Another process took the port before this one had started.
                await process.DisposeAsync();
            }
            catch
            {
                await process.DisposeAsync();
                throw;
            }
        }
    }

    /// <summary>Waits until the URL answers with success; fails at once when the process ends.</summary>
    public async Task WaitForHealthAsync(Uri url, TimeSpan? patience = null)
    {
        var last = "no answer yet";
        await WaitUntilAsync(
            async () =>
            {
                try
                {
                    using var response = await Client.GetAsync(url);
                    last = $"{(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}";
                    return response.IsSuccessStatusCode;
                }
                catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException)
                {
                    last = exception.Message;
                    return false;
                }
            },
            () => $"{url} did not answer with success; last: {last}",
            patience);
    }

    /// <summary>Waits for a printed line, which may have been printed already, and gives it back.</summary>
    public async Task<string> WaitForLineAsync(Func<string, bool> matches, TimeSpan? patience = null)
    {
        string? found = null;
        await WaitUntilAsync(() => Task.FromResult((found = Output.FirstOrDefault(matches)) is not null), () => "the awaited line was not printed", patience);
        return found!;
    }

    /// <summary>SIGTERM, what an orchestrator sends before it takes a host away.</summary>
    public void Terminate() => Signal(Sigterm);

    /// <summary>SIGINT, what Ctrl-C sends.</summary>
    public void Interrupt() => Signal(Sigint);

    /// <summary>SIGKILL: the process gets no say.</summary>
    public void Kill() => Signal(Sigkill);

    /// <summary>SIGSTOP: the process hangs, its connections stay open.</summary>
    public void Pause() => Signal(Sigstop);

    public void Resume() => Signal(Sigcont);

    /// <summary>Waits for the process's own end and gives its exit code.</summary>
    public async Task<int> WaitForExitAsync(TimeSpan? patience = null)
    {
        using var timeout = new CancellationTokenSource(patience ?? DefaultPatience);
        try
        {
            await _process.WaitForExitAsync(timeout.Token);
        }
        catch (OperationCanceledException exception)
        {
            throw new TestServerException(Describe("it is still running"), exception);
        }

        return _process.ExitCode;
    }

    /// <summary>SIGTERM, and waits for the end.</summary>
    public Task<int> StopAsync(TimeSpan? patience = null)
    {
        Terminate();
        return WaitForExitAsync(patience);
    }

    /// <summary>The last lines printed, for a failing test's message.</summary>
    public string Tail(int lines = 40)
    {
        var output = Output;
        return string.Join('\n', output.Skip(Math.Max(0, output.Count - lines)));
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private static FleetProcess Start(string project, IReadOnlyDictionary<string, string?>? environment, Uri? address, IEnumerable<string> arguments)
    {
        var program = Program(project);
        var folder = Directory.CreateTempSubdirectory("sdfleet-process-").FullName;
        var start = new ProcessStartInfo("dotnet", ["exec", program, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };

        // What the test host set for itself would make another program of ours look for the test host's files.
        foreach (var name in start.Environment.Keys.Where(IsTestHostSetting).ToArray())
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in environment ?? new Dictionary<string, string?>())
        {
            if (value is null)
            {
                start.Environment.Remove(name);
            }
            else
            {
                start.Environment[name] = value;
            }
        }

        var process = new FleetProcess(project, folder, new Process { StartInfo = start }, address);
        process.Begin();
        return process;
    }

    private static bool IsTestHostSetting(string name) =>
        name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("VSTEST", StringComparison.OrdinalIgnoreCase)
        || name is "DOTNET_STARTUP_HOOKS" or "ASPNETCORE_URLS" or "DOTNET_ADDITIONAL_DEPS";

    private static string Program(string project)
    {
        var path = RepositoryFolder.Combine("src", project, "bin", BuildConfiguration, "net10.0", $"{AssemblyName(project)}.dll");
        return File.Exists(path)
            ? path
            : throw new TestServerException($"{path} is not built. Run: dotnet build src/{project} --configuration {BuildConfiguration}");
    }

    // The command is named sdfleet, its project SdFleet.Cli.
    private static string AssemblyName(string project)
    {
        var file = RepositoryFolder.Combine("src", project, $"{project}.csproj");
        var name = File.Exists(file) ? XDocument.Load(file).Descendants("AssemblyName").FirstOrDefault()?.Value : null;
        return name ?? project;
    }

    private void Begin()
    {
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.Start();
        _process.StandardInput.Close();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();

        // A test host that is killed cannot clean up behind itself; this script does.
        using var watchdog = Process.Start(
            "bash",
            [
                RepositoryFolder.Combine("infra", "dev", "end-with.sh"),
                Environment.ProcessId.ToString(CultureInfo.InvariantCulture),
                _process.Id.ToString(CultureInfo.InvariantCulture),
                Folder,
            ]);
    }

    private void Keep(string? line)
    {
        if (line is not null)
        {
            lock (_output)
            {
                _output.Add(line);
            }
        }
    }

    private async Task WaitUntilAsync(Func<Task<bool>> holds, Func<string> whatIsMissing, TimeSpan? patience)
    {
        var waited = Stopwatch.StartNew();
        while (!await holds())
        {
            if (_process.HasExited)
            {
                await _process.WaitForExitAsync(); // until its last lines are read
                throw new TestServerException(Describe($"it ended with exit code {_process.ExitCode}, and {whatIsMissing()}"));
            }

            if (waited.Elapsed > (patience ?? DefaultPatience))
            {
                throw new TestServerException(Describe($"waited {waited.Elapsed.TotalSeconds:F0} s, and {whatIsMissing()}"));
            }

            await Task.Delay(100);
        }
    }

    private string Describe(string problem) => $"{Project}: {problem}. Its last lines:\n{Tail()}";

    private void Signal(int signal)
    {
        if (!_process.HasExited && SendSignal(_process.Id, signal) != 0 && !_process.HasExited)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError(), $"{Project}: signal {signal} could not be sent");
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SendSignal(int processId, int signal);
}
