using System.Diagnostics.Metrics;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using SdFleet.Cluster.Tests.Support;
using SdFleet.TestServers;
using SdFleet.TestServers.Telemetry;
using SdFleet.Worker.Devices;

namespace SdFleet.Cluster.Tests.Images;

public sealed partial class ObservabilityTests
{
    private static readonly string Folder = RepositoryFolder.Combine("infra", "observability");
    private static readonly string[] Ours = ["sdfleet_", "hw_gpu_", "gen_ai_"];

    // That they are sent, a running fleet shows in SdFleet.Fleet.Tests.
    [Fact]
    public void DashboardsAndAlerts_NameMetricsThatTheServicesHave()
    {
        var have = Instruments().SelectMany(PrometheusNames).ToHashSet(StringComparer.Ordinal);
        var named = PromQl.Expressions().SelectMany(PromQl.Metrics).Where(name => Ours.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal))).Distinct().ToList();

        Assert.True(named.Count >= 15, string.Join(", ", named));
        Assert.Empty(named.Except(have));
    }

    // A promise that nobody can see being kept is none. By what the issue calls them.
    [Theory]
    [InlineData("queue wait", "sdfleet_worker_queue_wait_seconds_bucket")]
    [InlineData("time to first image", "sdfleet_worker_first_image_seconds_bucket")]
    [InlineData("steps/s", "sdfleet_worker_steps_total")]
    [InlineData("images/s per GPU", "sdfleet_worker_images_total", "sdfleet_worker_held_time_seconds_total")]
    [InlineData("batch size", "sdfleet_worker_batch_size_sum", "sdfleet_worker_batch_size_count")]
    [InlineData("GPU memory", "hw_gpu_memory_usage_bytes", "hw_gpu_memory_limit_bytes")]
    [InlineData("retries", "sdfleet_coordinator_retries_total")]
    [InlineData("evictions", "sdfleet_coordinator_reports_total")]
    [InlineData("lost leases", "sdfleet_coordinator_leases_expired_total")]
    [InlineData("duplicates refused", "sdfleet_coordinator_reports_total", "sdfleet_coordinator_submissions_total")]
    [InlineData("outstanding GPU-seconds", "sdfleet_coordinator_outstanding_seconds")]
    [InlineData("cost", "sdfleet_worker_held_cost_total", "sdfleet_worker_gpu_cost_total", "sdfleet_coordinator_cost_outstanding")]
    public void Dashboards_ShowEveryPromise(string promise, params string[] metrics)
    {
        var shown = PromQl.DashboardExpressions().SelectMany(PromQl.Metrics).ToHashSet(StringComparer.Ordinal);

        Assert.True(metrics.All(shown.Contains), $"{promise}: {string.Join(", ", metrics.Except(shown))}");
    }

    // Nobody looks at Grafana here: what it would stumble over.
    [Fact]
    public void Dashboards_PanelsHaveNumbersPlacesAndWordsOfTheirOwn()
    {
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Folder, "grafana", "dashboards")))
        {
            var panels = JsonNode.Parse(File.ReadAllText(file)).All("panels").ToList();

            Assert.Equal(panels.Count, panels.Select(p => p.Text("id")).Distinct().Count());
            Assert.Equal(panels.Count, panels.Select(p => p.Text("title")).Distinct().Count());
            Assert.Equal(panels.Count, panels.Select(p => (p.Text("gridPos", "x"), p.Text("gridPos", "y"))).Distinct().Count());
            Assert.All(panels, panel =>
            {
                Assert.NotEmpty(panel.Text("description"));
                Assert.Equal("prometheus", panel.Text("datasource", "uid"));
                var targets = panel.All("targets").ToList();
                Assert.NotEmpty(targets);
                Assert.Equal(targets.Count, targets.Select(t => t.Text("refId")).Distinct().Count());

                // A label in the legend that the expression sums away would be empty.
                Assert.All(targets, target => Assert.All(
                    LegendLabel().Matches(target.Text("legendFormat")), label => Assert.Contains(label.Groups[1].Value, target.Text("expr"), StringComparison.Ordinal)));
            });
        }
    }

    [Fact]
    public async Task Alerts_DoWhatTheirTestsSay()
    {
        (await ChildProcess.RunAsync(RepositoryFolder.Root, "bash", [RepositoryFolder.Combine("infra", "dev", "install.sh"), "promtool"])).Succeeded();

        (await ChildProcess.RunAsync(Folder, "promtool", ["check", "rules", "alerts.yaml"])).Succeeded();
        (await ChildProcess.RunAsync(Folder, "promtool", ["test", "rules", "alerts-tests.yaml"])).Succeeded();
    }

    [Fact]
    public async Task Alerts_EachHaveATestAndAParagraphInTheRunbook()
    {
        var alerts = (await Tools.YamlAsync(Path.Combine(Folder, "alerts.yaml"))).All("groups").SelectMany(g => g.All("rules")).ToList();
        var raised = (await Tools.YamlAsync(Path.Combine(Folder, "alerts-tests.yaml"))).All("tests").SelectMany(t => t.All("alert_rule_test"))
            .Where(t => t.All("exp_alerts").Any()).Select(t => t.Text("alertname")).ToHashSet(StringComparer.Ordinal);
        var headings = Regex.Matches(await File.ReadAllTextAsync(Path.Combine(Folder, "README.md")), @"^### (\w+)\n\n\w", RegexOptions.Multiline).Select(m => m.Groups[1].Value).ToList();

        Assert.Equal(alerts.Select(a => a.Text("alert")), headings);
        Assert.Empty(alerts.Select(a => a.Text("alert")).Except(raised));
        Assert.All(alerts, alert =>
        {
            Assert.Equal($"infra/observability/README.md#{alert.Text("alert").ToLowerInvariant()}", alert.Text("annotations", "runbook"));
            Assert.NotEmpty(alert.Text("annotations", "summary"));
            Assert.Contains(alert.Text("labels", "severity"), new[] { "warning", "critical" });
        });
    }

    [Fact]
    public async Task Prometheus_FindsTheAlerts()
    {
        var prometheus = await Tools.YamlAsync(Path.Combine(Folder, "prometheus.yaml"));
        var compose = await Tools.YamlAsync(RepositoryFolder.Combine("docker", "compose.yaml"));
        var volumes = compose.At("services", "prometheus", "volumes")!.AsArray().Select(v => v.Text()).ToList();

        Assert.Equal("alerts.yaml", Assert.Single(prometheus.At("rule_files")!.AsArray()).Text());
        Assert.Contains("../infra/observability/alerts.yaml:/etc/prometheus/alerts.yaml:ro", volumes);
        Assert.Contains("../infra/observability/prometheus.yaml:/etc/prometheus/prometheus.yaml:ro", volumes);
    }

    [Fact]
    public async Task Collector_IsWhereItIsLookedFor()
    {
        var collector = await Tools.YamlAsync(Path.Combine(Folder, "collector.yaml"));
        var prometheus = await Tools.YamlAsync(Path.Combine(Folder, "prometheus.yaml"));
        var compose = await Tools.YamlAsync(RepositoryFolder.Combine("docker", "compose.yaml"));

        Assert.Equal("0.0.0.0:4317", collector.Text("receivers", "otlp", "protocols", "grpc", "endpoint"));
        Assert.Equal("http://collector:4317", compose.Text("services", "worker", "environment", "OTEL_EXPORTER_OTLP_ENDPOINT"));
        var exported = collector.Text("exporters", "prometheus", "endpoint").Split(':')[1];
        Assert.Contains($"collector:{exported}", prometheus.Text("scrape_configs"), StringComparison.Ordinal);
        foreach (var (_, pipeline) in collector.At("service", "pipelines")!.AsObject())
        {
            foreach (var part in new[] { "receivers", "processors", "exporters" })
            {
                Assert.All(pipeline.At(part)!.AsArray(), name => Assert.NotNull(collector.At(part, name.Text())));
            }
        }
    }

    // What the services send has somewhere to go, and of the traces those with a failure stay.
    [Fact]
    public async Task Collector_TakesAllSignalsAndKeepsFailures()
    {
        var collector = await Tools.YamlAsync(Path.Combine(Folder, "collector.yaml"));
        var pipelines = collector.At("service", "pipelines")!.AsObject();

        Assert.Equal(["logs", "metrics", "traces", "traces/failures"], pipelines.Select(p => p.Key).Order(StringComparer.Ordinal));
        Assert.Equal("""["memory_limiter","tail_sampling","batch"]""", pipelines["traces"].Text("processors"));
        var policies = collector.All("processors", "tail_sampling", "policies").ToList();
        Assert.All(policies, policy => Assert.NotNull(policy.At(policy.Text("type"))));
        Assert.Contains(policies, policy => policy.Text("type") == "status_code" && policy.Text("status_code", "status_codes") == """["ERROR"]""");

        // A failure that comes after its trace was judged goes by another way: no sampling, and to where the others go.
        var failures = pipelines["traces/failures"];
        Assert.Equal("""["memory_limiter","filter/failures","batch"]""", failures.Text("processors"));
        Assert.Equal((pipelines["traces"].Text("receivers"), pipelines["traces"].Text("exporters")), (failures.Text("receivers"), failures.Text("exporters")));
        Assert.Equal("""["status.code != STATUS_CODE_ERROR"]""", collector.Text("processors", "filter/failures", "traces", "span"));
    }

    // Every instrument that the services make when they are first used.
    private static List<Instrument> Instruments()
    {
        var found = new List<Instrument>();
        using var listener = new MeterListener();

        // Other tests run at the same time, and what they make is told here by their own threads.
        listener.InstrumentPublished = (instrument, _) =>
        {
            lock (found)
            {
                found.Add(instrument);
            }
        };
        listener.Start();

        // Of a worker with everything that a device can tell.
        using var device = new DeviceMetrics("m", new DevicePrice(1), () => new GpuMemory("gpu", 0, 1), TimeProvider.System.GetTimestamp(), TimeProvider.System);
        foreach (var type in new[] { typeof(Worker.WorkerHost), typeof(Coordinator.CoordinatorHost), typeof(Api.ApiHost) }.SelectMany(host => host.Assembly.GetTypes()))
        {
            if (type.GetProperties(BindingFlags.Static | BindingFlags.Public).Any(p => p.PropertyType.IsAssignableTo(typeof(Instrument))))
            {
                RuntimeHelpers.RunClassConstructor(type.TypeHandle);
            }
        }

        lock (found)
        {
            return [.. found];
        }
    }

    [GeneratedRegex(@"\{\{(\w+)\}\}")]
    private static partial Regex LegendLabel();

    private static IEnumerable<string> PrometheusNames(Instrument instrument)
    {
        var kind = instrument.GetType().Name;
        return PromQl.NamesOf(
            instrument.Name, instrument.Unit ?? "", kind.StartsWith("Counter", StringComparison.Ordinal) || kind.StartsWith("ObservableCounter", StringComparison.Ordinal), kind.StartsWith("Histogram", StringComparison.Ordinal));
    }
}
