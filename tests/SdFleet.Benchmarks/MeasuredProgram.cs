using System.Diagnostics;

namespace SdFleet.Benchmarks;

/// <summary>The <c>sdfleet</c> program as its users run it, with workers whose model computes nothing.</summary>
internal static class MeasuredProgram
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(50);

    /// <summary>Runs it to its end: how long, the most memory that it had, and what it printed.</summary>
    /// <exception cref="InvalidOperationException">It did not succeed; the message has what it said.</exception>
    public static async Task<(TimeSpan Time, long Memory, string Output)> RunAsync(string program, params string[] arguments)
    {
        var clock = Stopwatch.StartNew();
        using var process = Start(program, arguments);
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        var exit = process.WaitForExitAsync();
        var memory = 0L;
        while (!exit.IsCompleted)
        {
            memory = Math.Max(memory, ProcessMemory.Peak(process.Id));
            await Task.WhenAny(exit, Task.Delay(Tick));
        }

        var time = clock.Elapsed;
        return process.ExitCode == 0
            ? (time, memory, await output)
            : throw new InvalidOperationException($"sdfleet {string.Join(' ', arguments)}: exit code {process.ExitCode}\n{await error}\n{await output}");
    }

    /// <summary>Starts it, with its output for the caller to read.</summary>
    public static Process Start(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["SdFleet__Worker__Synthetic__Enabled"] = "true";
        return Process.Start(start)!;
    }
}
