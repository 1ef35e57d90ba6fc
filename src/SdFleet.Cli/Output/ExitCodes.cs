namespace SdFleet.Cli.Output;

/// <summary>What the command returns to the shell.</summary>
internal static class ExitCodes
{
    public const int Done = 0;
    public const int Failed = 1;

    /// <summary>What was typed cannot be carried out: an unknown option, or a value that is not allowed.</summary>
    public const int Usage = 2;

    /// <summary>Stopped by Ctrl-C, as shells report it: 128 + SIGINT.</summary>
    public const int Interrupted = 130;
}
