namespace SdFleet.Cli.Chaos.Report;

/// <summary>Something that happened and was not planned.</summary>
/// <param name="At">Seconds since the beginning of the run.</param>
/// <param name="Text">What.</param>
internal sealed record Event(double At, string Text);
