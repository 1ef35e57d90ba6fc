namespace SdFleet.TestServers.Telemetry;

/// <summary>One span as it arrived. Identifiers are lower-case hexadecimal; a root span has no parent.</summary>
public sealed record ReceivedSpan(
    string TraceId,
    string SpanId,
    string? ParentSpanId,
    string Name,
    ReceivedSpanKind Kind,
    string Service,
    string Source,
    DateTimeOffset Start,
    DateTimeOffset End,
    ReceivedStatus Status,
    string StatusMessage,
    IReadOnlyDictionary<string, object> Attributes,
    IReadOnlyList<string> Events,
    IReadOnlyList<string> LinkedTraceIds)
{
    public TimeSpan Duration => End - Start;
}
