namespace SdFleet.TestServers.Telemetry;

/// <summary>The numbers are OTLP's.</summary>
public enum ReceivedSpanKind
{
    Unspecified = 0,
    Internal = 1,
    Server = 2,
    Client = 3,
    Producer = 4,
    Consumer = 5,
}
