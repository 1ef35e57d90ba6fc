namespace SdFleet.Cli.Chaos.Report;

/// <summary>One line of what came of it all.</summary>
/// <param name="What">What is counted.</param>
/// <param name="Count">How many.</param>
internal sealed record Outcome(string What, long Count);
