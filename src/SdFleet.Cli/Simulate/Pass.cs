namespace SdFleet.Cli.Simulate;

/// <summary>Jobs that go through a worker's model together.</summary>
/// <param name="Jobs">They.</param>
/// <param name="Start">When it began.</param>
/// <param name="Seconds">How long it takes.</param>
internal sealed record Pass(List<JobModel> Jobs, double Start, double Seconds);
