using System.Diagnostics;
using SdFleet.Fleet.Tests.Synthetic;
using SdFleet.TestServers.Telemetry;

namespace SdFleet.Fleet.Tests.Telemetry;

/// <summary>What dashboards and alerts ask for, a running fleet sends.</summary>
public sealed class EmittedMetricsTests
{
    // Labels that the collector makes of the sender, not of the measurement.
    private static readonly string[] OfTheSender = ["service_name", "service_instance_id"];

    private const long GpuMemory = 24L << 30;

    [Fact]
    public async Task MetricsOfDashboardsAndAlerts_AreSent_WithTheLabelsTheySelectBy()
    {
        await using var telemetry = await OtlpReceiver.StartAsync();
        await using var fleet = await SyntheticFleet.StartAsync(server: null, [.. telemetry.Environment.Select(v => (v.Key, v.Value!)), ("SdFleet__Models__0__PricePerGpuHour", "0.9")]);
        await fleet.StartWorkerAsync(TimeSpan.FromMilliseconds(1), ("SdFleet__Worker__Synthetic__GpuMemory", $"{GpuMemory}"));
        var api = await fleet.StartApiAsync();
        using var client = new HttpClient { BaseAddress = api.Address };
        (await client.GetAsync(new Uri("/v1/models", UriKind.Relative))).EnsureSuccessStatusCode();
        await fleet.UntilTerminalAsync(await fleet.SubmitAsync("a picture"));
        var expressions = PromQl.Expressions();
        var named = expressions.SelectMany(PromQl.Metrics).Distinct().ToList();
        Assert.True(named.Count >= 15, string.Join(", ", named));

        // The gauges are set every ten seconds.
        await telemetry.WaitForMetricsAsync(all =>
            all.Any(m => m.Name == "sdfleet.coordinator.workers" && m.Value == 1) &&
            all.Any(m => m.Name == "sdfleet.worker.images" && m.Value == 1) &&
            all.Any(m => m.Name == "sdfleet.worker.queue.wait" && m.Count == 1) &&
            all.Any(m => m.Name == "gen_ai.server.request.duration" && m.Count == 1) &&
            all.Any(m => m.Name == "sdfleet.worker.gpu.cost" && m.Value > 0) &&
            all.Any(m => m.Name == "hw.gpu.memory.limit" && m.Value == GpuMemory) &&
            all.Any(m => m.Name == "sdfleet.coordinator.reports" && m.Value == 1 && Is(m, "completed", "applied")));
        var labels = LabelsOf(telemetry);

        // What the others are told by may come with one of the next exports.
        var waited = Stopwatch.StartNew();
        while ((Missing().Count > 0 || Unlabelled().Count > 0) && waited.Elapsed < TimeSpan.FromMinutes(1))
        {
            await Task.Delay(500);
            labels = LabelsOf(telemetry);
        }

        Assert.Empty(Missing());
        Assert.Empty(Unlabelled());

        List<string> Missing() => [.. named.Where(name => !labels.Contains(name))];

        List<(string Metric, string Label)> Unlabelled() =>
        [
            .. expressions.SelectMany(PromQl.Selections).Distinct()
                .Where(s => !OfTheSender.Contains(s.Label) && !labels[s.Metric].Any(attributes => attributes.Keys.Any(key => key.Replace('.', '_') == s.Label))),
        ];
    }

    private static ILookup<string, IReadOnlyDictionary<string, object>> LabelsOf(OtlpReceiver telemetry) => telemetry.Metrics
        .SelectMany(m => PromQl.NamesOf(m.Name, m.Unit, m.IsMonotonic, m.Kind == ReceivedMetricKind.Histogram).Select(name => (Name: name, m.Attributes)))
        .ToLookup(m => m.Name, m => m.Attributes, StringComparer.Ordinal);

    private static bool Is(ReceivedMetric metric, string report, string result) =>
        (string)metric.Attributes["sdfleet.report"] == report && (string)metric.Attributes["sdfleet.result"] == result;
}
