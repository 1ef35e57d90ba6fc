namespace SdFleet.Cli.Soak;

/// <summary>Where a line goes, once the fleet has warmed up.</summary>
/// <param name="Line">Which line.</param>
/// <param name="Level">Its mean; NaN where it could not be measured.</param>
/// <param name="Growth">What a straight line through it gains over a whole run; negative where it falls.</param>
/// <param name="First">Its value at the beginning of what is judged: the median of the first third.</param>
/// <param name="Last">Its value at the end: the median of the last third.</param>
/// <param name="Verdict">What follows.</param>
internal sealed record Trend(Line Line, double Level, double Growth, double First, double Last, TrendVerdict Verdict)
{
    /// <summary>The line in words, e.g. <c>api: memory grows: 80 MB, then 120 MB (+60 MB over the run)</c>.</summary>
    public override string ToString() => Verdict switch
    {
        TrendVerdict.Unknown => $"{Line} could not be measured",
        TrendVerdict.Growing => $"{Line} grows: {Text(First)}, then {Text(Last)} (+{Text(Growth)} over the run)",
        _ => $"{Line}: {Text(Level)} ({(Growth < 0 ? "" : "+")}{Text(Growth)} over the run)",
    };

    private string Text(double value) => MeasureWords.Value(Line.Measure, value);
}
