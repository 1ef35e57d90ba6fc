using SdFleet.Cli.CommandLine;
using SdFleet.Cli.Output;

namespace SdFleet.Cli.Tests.Support;

/// <summary>One run of the command, as a shell would see it.</summary>
internal sealed record CliRun(int ExitCode, string Out, string Error)
{
    /// <summary>The lines of <see cref="Out"/>.</summary>
    public string[] Lines => Out.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    public static Task<CliRun> Of(params string[] args) => Of(_ => null, args);

    public static async Task<CliRun> Of(Func<string, string?> environment, params string[] args)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        var (output, error) = (new StringWriter(), new StringWriter());
        var console = new CliConsole { Out = TextWriter.Synchronized(output), Error = TextWriter.Synchronized(error), Environment = environment };
        var exitCode = await SdFleetCommand.RunAsync(args, console, timeout.Token);
        return new CliRun(exitCode, output.ToString(), error.ToString());
    }

    /// <summary>Fails with what was printed, where the command failed.</summary>
    public CliRun Succeeded()
    {
        Assert.True(ExitCode == 0, $"exit code {ExitCode}\n{Error}\n{Out}");
        return this;
    }
}
