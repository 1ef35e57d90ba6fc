using System.Diagnostics;
using System.Text;
using SdFleet.TestServers;

namespace SdFleet.EndToEnd.Tests.Readme;

/// <summary>A bash at the repository's root, as a reader of the README has it: what one block exports, the next one sees.</summary>
internal sealed class Shell : IDisposable
{
    private readonly string _state = Path.GetTempFileName();
    private readonly Dictionary<string, string> _environment;

    public Shell(Dictionary<string, string> environment) => _environment = environment;

    /// <summary>Runs a block, which must succeed line by line, and gives back what it printed.</summary>
    public async Task<string> RunAsync(string code, TimeSpan patience)
    {
        using var process = Start(code, out var output);
        using var timeout = new CancellationTokenSource(patience);
        try
        {
            await process.WaitForExitAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"Not done within {patience}:\n{code}\n{output}");
        }

        Assert.True(process.ExitCode == 0, $"Exit code {process.ExitCode}:\n{code}\n{output}");
        return output.ToString();
    }

    /// <summary>Starts a block that goes on until it is interrupted.</summary>
    /// <param name="code">The block.</param>
    /// <param name="output">Fills with what it prints.</param>
    public Process Start(string code, out StringBuilder output)
    {
        var start = new ProcessStartInfo("bash", ["-c", $"set -euo pipefail; source '{_state}'; set -a\n{code}\nexport -p > '{_state}'"])
        {
            WorkingDirectory = RepositoryFolder.Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in _environment)
        {
            start.Environment[name] = value;
        }

        // What the test host tells its own MSBuild would mislead the one that make starts.
        foreach (var name in start.Environment.Keys.Where(k => k.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToList())
        {
            start.Environment.Remove(name);
        }

        var lines = output = new StringBuilder();
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, e) => Append(lines, e.Data);
        process.ErrorDataReceived += (_, e) => Append(lines, e.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    public void Dispose() => File.Delete(_state);

    private static void Append(StringBuilder output, string? line)
    {
        lock (output)
        {
            output.AppendLine(line);
        }
    }
}
