using System.Diagnostics;
using SdFleet.Cli.Output;

namespace SdFleet.Cli.Chaos.Servers;

/// <summary>A shell command by which the user lets the run restart a server.</summary>
internal static class ServerCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>Runs it to its end. Not ended with the run, nor by the terminal's Ctrl-C: a server that is half restarted would be left behind.</summary>
    /// <exception cref="CliException">It failed, or did not end.</exception>
    public static async Task RunAsync(string command)
    {
        using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", $"trap '' INT; {command}"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        process.StandardInput.Close();
        using var timeout = new CancellationTokenSource(Patience);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(timeout.Token);
            var error = process.StandardError.ReadToEndAsync(timeout.Token);
            await process.WaitForExitAsync(timeout.Token);
            if (process.ExitCode != 0)
            {
                throw new CliException($"\"{command}\" ended with {process.ExitCode}: {(await error).Trim()}{(await output).Trim()}");
            }
        }
        catch (OperationCanceledException e)
        {
            process.Kill(entireProcessTree: true);
            throw new CliException($"\"{command}\" did not end within {Amount.Duration(Patience.TotalSeconds)}.", cause: e);
        }
    }
}
