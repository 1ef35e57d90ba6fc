namespace SdFleet.TestServers;

/// <summary>How a program ended, and what it said.</summary>
public sealed record ProgramResult(int ExitCode, string Output, string Error)
{
    /// <summary>What it printed, where it succeeded.</summary>
    /// <exception cref="TestServerException">It did not.</exception>
    public string Succeeded() => ExitCode == 0 ? Output : throw new TestServerException($"Exit code {ExitCode}: {Error}{Output}");
}
