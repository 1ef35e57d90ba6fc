namespace SdFleet.TestServers.Telemetry;

/// <summary>The numbers are OTLP's.</summary>
public enum ReceivedStatus
{
    Unset = 0,
    Ok = 1,
    Error = 2,
}
