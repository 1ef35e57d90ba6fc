using System.Diagnostics;
using System.Diagnostics.Metrics;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using SdFleet.TestServers.Telemetry;

namespace SdFleet.Fleet.Tests.Telemetry;

/// <summary>What the real exporter sends, our decoder reads.</summary>
public sealed class OtlpReceiverTests
{
    private const int Patience = 60_000;

    [Fact]
    public async Task Spans_ArriveWithTheirTraceAndAttributes()
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        using var source = new ActivitySource("SdFleet.Tests.Receiver");
        using (var tracing = Sdk.CreateTracerProviderBuilder()
            .AddSource(source.Name)
            .ConfigureResource(resource => resource.AddService("sender"))
            .AddOtlpExporter(options => Export(options, receiver, "/v1/traces"))
            .Build())
        {
            using (source.StartActivity("submit", ActivityKind.Producer))
            using (var inner = source.StartActivity("render", ActivityKind.Consumer)!)
            {
                inner.SetTag("model", "shapes");
                inner.SetTag("steps", 20);
                inner.SetTag("guidance", 7.5);
                inner.SetTag("cached", true);
                inner.AddEvent(new ActivityEvent("first step"));
                inner.SetStatus(ActivityStatusCode.Error, "no memory");
            }

            // Disposing would wait for five seconds only.
            Assert.True(tracing.Shutdown(Patience));
        }

        var spans = await receiver.WaitForSpansAsync(spans => spans.Count == 2);

        var submit = spans.Single(span => span.Name == "submit");
        var render = spans.Single(span => span.Name == "render");
        Assert.Null(submit.ParentSpanId);
        Assert.Equal(submit.SpanId, render.ParentSpanId);
        Assert.Equal([submit, render], receiver.Trace(submit.TraceId));
        Assert.Equal((ReceivedSpanKind.Producer, ReceivedSpanKind.Consumer), (submit.Kind, render.Kind));
        Assert.Equal(("sender", source.Name), (render.Service, render.Source));
        Assert.Equal((ReceivedStatus.Error, "no memory"), (render.Status, render.StatusMessage));
        Assert.Equal(["first step"], render.Events);
        Assert.Equal("shapes", render.Attributes["model"]);
        Assert.Equal(20L, render.Attributes["steps"]);
        Assert.Equal(7.5, render.Attributes["guidance"]);
        Assert.Equal(true, render.Attributes["cached"]);
        Assert.InRange(render.Duration, TimeSpan.Zero, TimeSpan.FromMinutes(1));
        Assert.InRange(render.Start, DateTimeOffset.UtcNow.AddMinutes(-10), DateTimeOffset.UtcNow);
    }

    [Fact]
    public async Task Metrics_ArriveWithTheirNumbers()
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        using var meter = new Meter("SdFleet.Tests.Receiver");
        using (var metrics = Sdk.CreateMeterProviderBuilder()
            .AddMeter(meter.Name)
            .ConfigureResource(resource => resource.AddService("sender"))
            .AddOtlpExporter(options => Export(options, receiver, "/v1/metrics"))
            .Build())
        {
            var images = meter.CreateCounter<long>("images", "{image}");
            images.Add(3, new KeyValuePair<string, object?>("model", "shapes"));
            images.Add(4, new KeyValuePair<string, object?>("model", "shapes"));
            var seconds = meter.CreateHistogram<double>("step.duration", "s");
            seconds.Record(0.5);
            seconds.Record(0.25);
            meter.CreateUpDownCounter<long>("memory", "By").Add(5);
            Assert.True(metrics.Shutdown(Patience));
        }

        var received = await receiver.WaitForMetricsAsync(metrics => metrics.Count >= 3);

        var counter = received.Single(metric => metric.Name == "images");
        Assert.Equal((7, "{image}", "shapes"), (counter.Value, counter.Unit, counter.Attributes["model"]));
        var memory = received.Single(metric => metric.Name == "memory");
        Assert.Equal((5, ReceivedMetricKind.Sum, ReceivedMetricKind.Sum), (memory.Value, memory.Kind, counter.Kind));
        Assert.Equal((true, false), (counter.IsMonotonic, memory.IsMonotonic));
        Assert.Equal(("sender", meter.Name), (counter.Service, counter.Meter));
        var histogram = received.Single(metric => metric.Name == "step.duration");
        Assert.Equal((0.75, 2), (histogram.Value, histogram.Count));
    }

    private static void Export(OtlpExporterOptions options, OtlpReceiver receiver, string path)
    {
        options.Endpoint = new Uri(receiver.Endpoint, path);
        options.Protocol = OtlpExportProtocol.HttpProtobuf;
        options.TimeoutMilliseconds = Patience;
    }
}
