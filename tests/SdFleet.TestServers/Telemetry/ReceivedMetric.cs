namespace SdFleet.TestServers.Telemetry;

/// <summary>
/// One data point as it arrived. <paramref name="Value"/> is a counter's or gauge's number, or the sum over a histogram's
/// <paramref name="Count"/> measurements.
/// </summary>
public sealed record ReceivedMetric(
    string Name,
    string Unit,
    string Service,
    string Meter,
    double Value,
    long Count,
    IReadOnlyDictionary<string, object> Attributes)
{
    /// <summary>What its values are.</summary>
    public required ReceivedMetricKind Kind { get; init; }

    /// <summary>Whether it is a sum that only grows: what Prometheus calls a counter.</summary>
    public bool IsMonotonic { get; init; }
}
