using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace SdFleet.TestServers;

/// <summary>One server that <c>infra/dev/servers.sh</c> runs in a folder of its own.</summary>
internal sealed class ServersScript
{
    // Installing what is missing may come first, on a machine that is busy building.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(8);

    private readonly string _folder;
    private readonly string _server;

    private ServersScript(string folder, string server)
    {
        _folder = folder;
        _server = server;
    }

    /// <summary>What the script says about the running server: addresses and process ids.</summary>
    public JsonElement Description { get; private set; }

    public IReadOnlyList<int> ProcessIds =>
        [.. Description.GetProperty("pids").EnumerateArray().Select(element => element.GetInt32())];

    public static async Task<ServersScript> StartAsync(string server)
    {
        var folder = Path.Combine(Path.GetTempPath(), $"sdfleet-{server}-{Guid.NewGuid():N}"[..^20]);
        var script = new ServersScript(folder, server);

        // The script's watchdog stops the server when this process is gone, however it went: test hosts are often killed.
        var parent = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        await RunAsync("start", "--parent", parent, folder, server);
        await script.ReadDescriptionAsync();
        return script;
    }

    public async Task RestartAsync()
    {
        await RunAsync("restart", _folder, _server);
        await ReadDescriptionAsync();
    }

    public Task KillAsync() => RunAsync("kill", _folder, _server);

    public Task PauseAsync() => RunAsync("pause", _folder, _server);

    public Task ResumeAsync() => RunAsync("resume", _folder, _server);

    public Task StopAsync() => RunAsync("stop", _folder);

    private async Task ReadDescriptionAsync()
    {
        using var document = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(_folder, "servers.json")));
        Description = document.RootElement.GetProperty(_server).Clone();
    }

    private static async Task RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("bash", [RepositoryFolder.Combine("infra", "dev", "servers.sh"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        start.Environment.TryAdd("SDFLEET_DEV_FAST", "1"); // the data of a test need not survive the machine

        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = new StringBuilder();
        DataReceivedEventHandler keep = (_, line) =>
        {
            lock (output)
            {
                output.AppendLine(line.Data);
            }
        };
        process.OutputDataReceived += keep;
        process.ErrorDataReceived += keep;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();

        using var timeout = new CancellationTokenSource(Patience);
        try
        {
            await process.WaitForExitAsync(timeout.Token);
        }
        catch (OperationCanceledException exception)
        {
            process.Kill(entireProcessTree: true);
            throw new TestServerException($"servers.sh {string.Join(' ', arguments)} took more than {Patience}:\n{output}", exception);
        }

        if (process.ExitCode != 0)
        {
            throw new TestServerException($"servers.sh {string.Join(' ', arguments)} failed:\n{output}");
        }
    }
}
