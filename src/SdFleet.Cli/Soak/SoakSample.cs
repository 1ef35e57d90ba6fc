namespace SdFleet.Cli.Soak;

/// <summary>What was measured at one moment.</summary>
/// <param name="At">Seconds since the beginning of the run.</param>
/// <param name="Values">The lines that could be measured.</param>
internal sealed record SoakSample(double At, IReadOnlyDictionary<Line, double> Values);
