namespace SdFleet.TestServers.Telemetry;

/// <summary>What a metric's values are; the numbers are the fields' in metrics.proto.</summary>
public enum ReceivedMetricKind
{
    Gauge = 5,
    Sum = 7,
    Histogram = 9,
    ExponentialHistogram = 10,
}
