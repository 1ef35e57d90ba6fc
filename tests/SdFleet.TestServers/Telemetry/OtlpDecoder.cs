namespace SdFleet.TestServers.Telemetry;

/// <summary>
/// Reads the bodies of OTLP's export requests. Field numbers are those of opentelemetry-proto 1.x
/// (trace.proto, metrics.proto, common.proto, resource.proto).
/// </summary>
internal static class OtlpDecoder
{
    private delegate void ReadScope(ReadOnlySpan<byte> scope, string service);

    private delegate void ReadItem(ReadOnlySpan<byte> item, string scope);

    public static IReadOnlyList<ReceivedSpan> ReadTraces(ReadOnlySpan<byte> request)
    {
        var spans = new List<ReceivedSpan>();
        ReadResources(request, (scope, service) => ReadItems(scope, (item, source) => spans.Add(ReadSpan(item, service, source))));
        return spans;
    }

    public static IReadOnlyList<ReceivedMetric> ReadMetrics(ReadOnlySpan<byte> request)
    {
        var metrics = new List<ReceivedMetric>();
        ReadResources(request, (scope, service) => ReadItems(scope, (item, meter) => ReadMetric(item, service, meter, metrics)));
        return metrics;
    }

    // Traces and metrics are wrapped alike: request { 1: { 1: resource, 2: { 1: scope, 2: item... }... }... }
    private static void ReadResources(ReadOnlySpan<byte> request, ReadScope readScope)
    {
        var resources = new ProtobufReader(request);
        while (resources.Next())
        {
            if (resources.Field != 1)
            {
                continue;
            }

            var service = "";
            var parts = new ProtobufReader(resources.Bytes);
            while (parts.Next())
            {
                if (parts.Field == 1)
                {
                    service = ReadAttributes(parts.Bytes, field: 1).GetValueOrDefault("service.name") as string ?? "";
                }
                else if (parts.Field == 2)
                {
                    readScope(parts.Bytes, service);
                }
            }
        }
    }

    private static void ReadItems(ReadOnlySpan<byte> scopeMessage, ReadItem readItem)
    {
        var scope = "";
        var parts = new ProtobufReader(scopeMessage);
        while (parts.Next())
        {
            if (parts.Field == 1)
            {
                scope = FirstString(parts.Bytes, field: 1);
            }
            else if (parts.Field == 2)
            {
                readItem(parts.Bytes, scope);
            }
        }
    }

    private static ReceivedSpan ReadSpan(ReadOnlySpan<byte> span, string service, string source)
    {
        string traceId = "", spanId = "", name = "", statusMessage = "";
        string? parentSpanId = null;
        var kind = ReceivedSpanKind.Unspecified;
        var status = ReceivedStatus.Unset;
        DateTimeOffset start = default, end = default;
        List<string> events = [], links = [];
        var reader = new ProtobufReader(span);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    traceId = reader.Hex;
                    break;
                case 2:
                    spanId = reader.Hex;
                    break;
                case 4:
                    parentSpanId = reader.Bytes.IsEmpty ? null : reader.Hex;
                    break;
                case 5:
                    name = reader.String;
                    break;
                case 6:
                    kind = (ReceivedSpanKind)reader.Int64;
                    break;
                case 7:
                    start = reader.Time;
                    break;
                case 8:
                    end = reader.Time;
                    break;
                case 11:
                    events.Add(FirstString(reader.Bytes, field: 2));
                    break;
                case 13:
                    links.Add(FirstHex(reader.Bytes, field: 1));
                    break;
                case 15:
                    (status, statusMessage) = ReadStatus(reader.Bytes);
                    break;
            }
        }

        return new ReceivedSpan(
            traceId, spanId, parentSpanId, name, kind, service, source, start, end, status, statusMessage, ReadAttributes(span, field: 9), events, links);
    }

    private static (ReceivedStatus Status, string Message) ReadStatus(ReadOnlySpan<byte> message)
    {
        var status = ReceivedStatus.Unset;
        var reader = new ProtobufReader(message);
        while (reader.Next())
        {
            if (reader.Field == 3)
            {
                status = (ReceivedStatus)reader.Int64;
            }
        }

        return (status, FirstString(message, field: 2));
    }

    private static void ReadMetric(ReadOnlySpan<byte> metric, string service, string meter, List<ReceivedMetric> metrics)
    {
        var name = FirstString(metric, field: 1);
        var unit = FirstString(metric, field: 3);
        var kinds = new ProtobufReader(metric);
        while (kinds.Next())
        {
            // 5: gauge, 7: sum, 9: histogram, 10: exponential histogram. Each holds its data points in field 1.
            if (kinds.Field is not (5 or 7 or 9 or 10))
            {
                continue;
            }

            var isMonotonic = kinds.Field == 7 && FirstNumber(kinds.Bytes, field: 3) != 0;
            var points = new ProtobufReader(kinds.Bytes);
            while (points.Next())
            {
                if (points.Field == 1)
                {
                    var (value, count, attributes) = kinds.Field is 5 or 7 ? ReadNumber(points.Bytes) : ReadHistogram(points.Bytes, kinds.Field);
                    metrics.Add(new ReceivedMetric(name, unit, service, meter, value, count, attributes)
                    {
                        Kind = (ReceivedMetricKind)kinds.Field,
                        IsMonotonic = isMonotonic,
                    });
                }
            }
        }
    }

    private static (double Value, long Count, IReadOnlyDictionary<string, object> Attributes) ReadNumber(ReadOnlySpan<byte> point)
    {
        double value = 0;
        var reader = new ProtobufReader(point);
        while (reader.Next())
        {
            value = reader.Field switch
            {
                4 => reader.Double,
                6 => reader.Int64,
                _ => value,
            };
        }

        return (value, 1, ReadAttributes(point, field: 7));
    }

    // Count and sum have the same numbers in both kinds of histogram; the attributes do not.
    private static (double Value, long Count, IReadOnlyDictionary<string, object> Attributes) ReadHistogram(ReadOnlySpan<byte> point, int kind)
    {
        double sum = 0;
        long count = 0;
        var reader = new ProtobufReader(point);
        while (reader.Next())
        {
            if (reader.Field == 4)
            {
                count = reader.Int64;
            }
            else if (reader.Field == 5)
            {
                sum = reader.Double;
            }
        }

        return (sum, count, ReadAttributes(point, field: kind == 9 ? 9 : 1));
    }

    private static Dictionary<string, object> ReadAttributes(ReadOnlySpan<byte> message, int field)
    {
        var attributes = new Dictionary<string, object>(StringComparer.Ordinal);
        var reader = new ProtobufReader(message);
        while (reader.Next())
        {
            if (reader.Field != field)
            {
                continue;
            }

            var key = FirstString(reader.Bytes, field: 1);
            var pair = new ProtobufReader(reader.Bytes);
            while (pair.Next())
            {
                if (pair.Field == 2)
                {
                    attributes[key] = ReadValue(pair.Bytes);
                }
            }
        }

        return attributes;
    }

    private static object ReadValue(ReadOnlySpan<byte> message)
    {
        var reader = new ProtobufReader(message);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    return reader.String;
                case 2:
                    return reader.Int64 != 0;
                case 3:
                    return reader.Int64;
                case 4:
                    return reader.Double;
                case 5:
                    return ReadArray(reader.Bytes);
            }
        }

        return "";
    }

    private static object[] ReadArray(ReadOnlySpan<byte> message)
    {
        var values = new List<object>();
        var reader = new ProtobufReader(message);
        while (reader.Next())
        {
            if (reader.Field == 1)
            {
                values.Add(ReadValue(reader.Bytes));
            }
        }

        return [.. values];
    }

    private static string FirstString(ReadOnlySpan<byte> message, int field)
    {
        var reader = new ProtobufReader(message);
        while (reader.Next())
        {
            if (reader.Field == field)
            {
                return reader.String;
            }
        }

        return "";
    }

    private static long FirstNumber(ReadOnlySpan<byte> message, int field)
    {
        var reader = new ProtobufReader(message);
        while (reader.Next())
        {
            if (reader.Field == field)
            {
                return reader.Int64;
            }
        }

        return 0;
    }

    private static string FirstHex(ReadOnlySpan<byte> message, int field)
    {
        var reader = new ProtobufReader(message);
        while (reader.Next())
        {
            if (reader.Field == field)
            {
                return reader.Hex;
            }
        }

        return "";
    }
}
