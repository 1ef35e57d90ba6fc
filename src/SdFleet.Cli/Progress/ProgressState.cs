namespace SdFleet.Cli.Progress;

/// <summary>How far something has come.</summary>
/// <param name="Label">What is being done.</param>
/// <param name="Done">Pictures finished.</param>
/// <param name="Total">Pictures in all.</param>
/// <param name="Fraction">Share of the work that is done, 0 to 1; begun pictures count in part.</param>
/// <param name="Elapsed">Time since it began.</param>
internal readonly record struct ProgressState(string Label, int Done, int Total, double Fraction, TimeSpan Elapsed)
{
    // Before this much is known, a rate is a guess.
    private const double TooLittle = 0.0001;
    private static readonly TimeSpan TooEarly = TimeSpan.FromSeconds(0.5);

    /// <summary>Pictures a second; null while it is too early to say.</summary>
    public double? Rate => Done > 0 && Elapsed >= TooEarly ? Done / Elapsed.TotalSeconds : null;

    /// <summary>Time that is left, if it goes on like this; null while it is too early to say.</summary>
    public TimeSpan? Left => Fraction > TooLittle && Elapsed >= TooEarly ? Elapsed * Math.Max((1 - Fraction) / Fraction, 0) : null;
}
