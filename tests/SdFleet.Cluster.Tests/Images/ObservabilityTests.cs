using System.Diagnostics.Metrics;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using SdFleet.Cluster.Tests.Support;
using SdFleet.TestServers;
using SdFleet.TestServers.Telemetry;

namespace SdFleet.Cluster.Tests.Images;

public sealed class ObservabilityTests
{
    private static readonly string Folder = RepositoryFolder.Combine("infra", "observability");

    // That they are sent, a running fleet shows in SdFleet.Fleet.Tests.
    [Fact]
    public void DashboardsAndAlerts_NameMetricsThatTheServicesHave()
    {
        var have = Instruments().SelectMany(PrometheusNames).ToHashSet(StringComparer.Ordinal);
        var named = PromQl.Expressions().SelectMany(PromQl.Metrics).Where(name => name.StartsWith("sdfleet_", StringComparison.Ordinal)).Distinct().ToList();

        Assert.True(named.Count >= 15, string.Join(", ", named));
        Assert.Empty(named.Except(have));
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

        Assert.Equal(["logs", "metrics", "traces"], pipelines.Select(p => p.Key).Order(StringComparer.Ordinal));
        Assert.Equal("""["memory_limiter","tail_sampling","batch"]""", pipelines["traces"].Text("processors"));
        var policies = collector.All("processors", "tail_sampling", "policies").ToList();
        Assert.All(policies, policy => Assert.NotNull(policy.At(policy.Text("type"))));
        Assert.Contains(policies, policy => policy.Text("type") == "status_code" && policy.Text("status_code", "status_codes") == """["ERROR"]""");
    }

    // Every instrument that the services make when they are first used.
    private static List<Instrument> Instruments()
    {
        var found = new List<Instrument>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, _) => found.Add(instrument);
        listener.Start();
        foreach (var type in new[] { typeof(Worker.WorkerHost), typeof(Coordinator.CoordinatorHost), typeof(Api.ApiHost) }.SelectMany(host => host.Assembly.GetTypes()))
        {
            if (type.GetProperties(BindingFlags.Static | BindingFlags.Public).Any(p => p.PropertyType.IsAssignableTo(typeof(Instrument))))
            {
                RuntimeHelpers.RunClassConstructor(type.TypeHandle);
            }
        }

        return found;
    }

    private static IEnumerable<string> PrometheusNames(Instrument instrument)
    {
        var kind = instrument.GetType().Name;
        return PromQl.NamesOf(
            instrument.Name, instrument.Unit ?? "", kind.StartsWith("Counter", StringComparison.Ordinal), kind.StartsWith("Histogram", StringComparison.Ordinal));
    }
}
