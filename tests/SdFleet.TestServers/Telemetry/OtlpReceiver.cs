using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace SdFleet.TestServers.Telemetry;

/// <summary>
/// Stands where an OpenTelemetry collector would, inside the test process: takes OTLP over HTTP (protobuf) and keeps what
/// arrives, so that a test can ask what one trace went through.
/// </summary>
public sealed class OtlpReceiver : IAsyncDisposable
{
    private static readonly TimeSpan DefaultPatience = TimeSpan.FromMinutes(3);

    private readonly WebApplication _application;
    private readonly List<ReceivedSpan> _spans = [];
    private readonly List<ReceivedMetric> _metrics = [];
    private readonly List<string> _logs = [];

    private OtlpReceiver(WebApplication application) => _application = application;

    /// <summary>The base address that an exporter takes; <c>/v1/traces</c>, <c>/v1/metrics</c> and <c>/v1/logs</c> are below it.</summary>
    public Uri Endpoint => new(_application.Urls.Single());

    /// <summary>The variables that send a process's telemetry here, and soon rather than by the minute.</summary>
    public IReadOnlyDictionary<string, string?> Environment => new Dictionary<string, string?>
    {
        ["OTEL_EXPORTER_OTLP_ENDPOINT"] = Endpoint.ToString().TrimEnd('/'),
        ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
        ["OTEL_BSP_SCHEDULE_DELAY"] = "200",
        ["OTEL_METRIC_EXPORT_INTERVAL"] = "1000",
    };

    public IReadOnlyList<ReceivedSpan> Spans
    {
        get
        {
            lock (_spans)
            {
                return [.. _spans];
            }
        }
    }

    /// <summary>Every data point of every export, in the order of arrival.</summary>
    public IReadOnlyList<ReceivedMetric> Metrics
    {
        get
        {
            lock (_metrics)
            {
                return [.. _metrics];
            }
        }
    }

    /// <summary>Whether a log record with this text has come. Texts stand in protobuf as they are.</summary>
    public bool HasLog(string text)
    {
        lock (_logs)
        {
            return _logs.Any(log => log.Contains(text, StringComparison.Ordinal));
        }
    }

    public static async Task<OtlpReceiver> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var receiver = new OtlpReceiver(builder.Build());
        receiver._application.MapPost("/v1/traces", request => ReceiveAsync(request, OtlpDecoder.ReadTraces, receiver._spans));
        receiver._application.MapPost("/v1/metrics", request => ReceiveAsync(request, OtlpDecoder.ReadMetrics, receiver._metrics));
        receiver._application.MapPost("/v1/logs", request => ReceiveAsync(request, body => [Encoding.UTF8.GetString(body)], receiver._logs));
        await receiver._application.StartAsync();
        return receiver;
    }

    /// <summary>Waits until the condition holds for what has arrived, and gives back those spans.</summary>
    public async Task<IReadOnlyList<ReceivedSpan>> WaitForSpansAsync(Func<IReadOnlyList<ReceivedSpan>, bool> condition, TimeSpan? patience = null)
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            var spans = Spans;
            if (condition(spans))
            {
                return spans;
            }

            if (waited.Elapsed > (patience ?? DefaultPatience))
            {
                throw new TestServerException($"Waited {waited.Elapsed.TotalSeconds:F0} s for spans. These came:\n{Describe(spans)}");
            }

            await Task.Delay(50);
        }
    }

    /// <summary>The same for metrics.</summary>
    public async Task<IReadOnlyList<ReceivedMetric>> WaitForMetricsAsync(Func<IReadOnlyList<ReceivedMetric>, bool> condition, TimeSpan? patience = null)
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            var metrics = Metrics;
            if (condition(metrics))
            {
                return metrics;
            }

            if (waited.Elapsed > (patience ?? DefaultPatience))
            {
                var names = string.Join('\n', metrics.Select(metric => $"{metric.Service}  {metric.Name}").Distinct());
                throw new TestServerException($"Waited {waited.Elapsed.TotalSeconds:F0} s for metrics. These came:\n{names}");
            }

            await Task.Delay(50);
        }
    }

    /// <summary>The spans of one trace, earliest first.</summary>
    public IReadOnlyList<ReceivedSpan> Trace(string traceId) =>
        [.. Spans.Where(span => span.TraceId == traceId).OrderBy(span => span.Start)];

    /// <summary>One line a span, indented by its depth in the trace: for a failing test's message.</summary>
    public static string Describe(IReadOnlyList<ReceivedSpan> spans)
    {
        var byId = spans.GroupBy(span => span.SpanId).ToDictionary(group => group.Key, group => group.First());
        return string.Join('\n', spans.OrderBy(span => span.TraceId, StringComparer.Ordinal).ThenBy(span => span.Start).Select(Line));

        string Line(ReceivedSpan span) =>
            $"{span.TraceId[..8]} {new string(' ', 2 * Depth(span))}{span.Service}: {span.Name} ({span.Kind}, {span.Duration.TotalMilliseconds:F0} ms)";

        int Depth(ReceivedSpan span)
        {
            var depth = 0;
            for (var at = span; at.ParentSpanId is { } parent && byId.TryGetValue(parent, out at!) && depth < 50; depth++)
            {
            }

            return depth;
        }
    }

    public ValueTask DisposeAsync() => _application.DisposeAsync();

    private delegate IReadOnlyList<T> Decode<T>(ReadOnlySpan<byte> body);

    private static async Task ReceiveAsync<T>(HttpContext context, Decode<T> decode, List<T> into)
    {
        using var body = new MemoryStream();
        var content = context.Request.Headers.ContentEncoding == "gzip"
            ? new GZipStream(context.Request.Body, CompressionMode.Decompress)
            : context.Request.Body;
        await content.CopyToAsync(body);
        var received = decode(body.GetBuffer().AsSpan(0, (int)body.Length));
        lock (into)
        {
            into.AddRange(received);
        }

        // An empty body is an empty, and thereby successful, export response.
        context.Response.ContentType = "application/x-protobuf";
    }
}
