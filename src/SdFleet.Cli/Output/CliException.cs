namespace SdFleet.Cli.Output;

/// <summary>Ends a command with a message for the person who typed it: what is wrong, and what to do.</summary>
internal sealed class CliException(string message, int exitCode = ExitCodes.Failed, Exception? cause = null) : Exception(message, cause)
{
    public int ExitCode { get; } = exitCode;

    /// <summary>Whether the server was reached, and broke off its answer each time it was asked.</summary>
    public bool IsCutOff { get; init; }
}
