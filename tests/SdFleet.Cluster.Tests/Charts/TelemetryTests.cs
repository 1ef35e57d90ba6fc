using System.Text.Json.Nodes;
using SdFleet.Cluster.Tests.Support;
using SdFleet.TestServers;

namespace SdFleet.Cluster.Tests.Charts;

/// <summary>What the chart gives to those who look at the fleet: the very files of infra/observability, and nothing unless asked.</summary>
public sealed class TelemetryTests
{
    private static readonly string Folder = RepositoryFolder.Combine("infra", "observability");

    private static readonly string[] Everything =
    [
        "telemetry.prometheusRule.enabled=true", "telemetry.dashboards.enabled=true",
        "telemetry.serviceMonitor.enabled=true", "telemetry.serviceMonitor.selector.app=collector", "telemetry.serviceMonitor.namespace=observability",
    ];

    [Fact]
    public async Task NothingIsThere_UnlessAskedFor_AndNobodyMayReachMoreOfUs()
    {
        var (without, with) = (await Release.RenderAsync("example"), await Release.RenderAsync("example", Everything));

        Assert.Equal(
            ["ConfigMap/prod-dashboards", "PrometheusRule/prod", "ServiceMonitor/prod"],
            with.Objects.Select(Name).Except(without.Objects.Select(Name)).Order(StringComparer.Ordinal));

        // What is scraped is the collector. All else is as it was, the NetworkPolicies among it.
        Assert.Equal(without.Objects.Select(o => o.ToJsonString()), with.Objects.Where(o => without.Objects.Any(other => Name(other) == Name(o))).Select(o => o.ToJsonString()));
    }

    [Fact]
    public async Task Alerts_AreThoseOfTheFolder()
    {
        var rule = (await Release.RenderAsync("example", Everything)).OfKind("PrometheusRule").Single();
        var file = await Tools.YamlAsync(Path.Combine(Folder, "alerts.yaml"));

        Assert.NotEmpty(file.All("groups"));
        Assert.True(JsonNode.DeepEquals(file, rule.At("spec")), rule.At("spec")!.ToJsonString());
    }

    [Fact]
    public async Task Dashboards_AreThoseOfTheFolder_WhereTheSidecarFindsThem()
    {
        var map = (await Release.RenderAsync("example", Everything)).OfKind("ConfigMap").Single();
        var files = Directory.GetFiles(Path.Combine(Folder, "grafana", "dashboards"), "*.json");

        Assert.NotEmpty(files);
        Assert.Equal(files.ToDictionary(file => Path.GetFileName(file), File.ReadAllText), map.Map("data"));
        Assert.Equal("1", map.Map("metadata", "labels")["grafana_dashboard"]);
        var own = (await Release.RenderAsync("example", [.. Everything, "telemetry.dashboards.labels.mine=yes"])).OfKind("ConfigMap").Single();
        Assert.Equal("yes", own.Map("metadata", "labels")["mine"]);
        Assert.DoesNotContain("grafana_dashboard", own.Map("metadata", "labels").Keys);
    }

    [Theory]
    [InlineData("", "fleet")]
    [InlineData("observability", "observability")]
    public async Task ServiceMonitor_SelectsTheCollector_AndKeepsTheSendersLabels(string set, string expected)
    {
        var monitor = (await Release.RenderAsync(
            "example", "telemetry.serviceMonitor.enabled=true", "telemetry.serviceMonitor.selector.app=collector", $"telemetry.serviceMonitor.namespace={set}")).OfKind("ServiceMonitor").Single();

        Assert.Equal($"""["{expected}"]""", monitor.Text("spec", "namespaceSelector", "matchNames"));
        Assert.Equal("""{"app":"collector"}""", monitor.Text("spec", "selector", "matchLabels"));
        var endpoint = Assert.Single(monitor.All("spec", "endpoints"));
        Assert.Equal(("prometheus", "30s", "true"), (endpoint.Text("port"), endpoint.Text("interval"), endpoint.Text("honorLabels")));

        // As Prometheus does without an operator.
        var prometheus = await Tools.YamlAsync(Path.Combine(Folder, "prometheus.yaml"));
        Assert.Equal("true", prometheus.All("scrape_configs").Single(job => job.Text("job_name") == "collector").Text("honor_labels"));
    }

    [Theory]
    [InlineData("monitoring.coreos.com/v1", "")]
    [InlineData("azmonitoring.coreos.com/v1", "63")]
    public async Task ServiceMonitor_IsOfTheKindThatTheClusterReads(string apiVersion, string labelLimit)
    {
        var monitor = (await Release.RenderAsync(
            "example", "telemetry.serviceMonitor.enabled=true", "telemetry.serviceMonitor.selector.app=collector", $"telemetry.serviceMonitor.apiVersion={apiVersion}")).OfKind("ServiceMonitor").Single();

        Assert.Equal((apiVersion, labelLimit), (monitor.Text("apiVersion"), monitor.Text("spec", "labelLimit")));
    }

    private static string Name(JsonObject o) => $"{o.Text("kind")}/{o.Text("metadata", "name")}";
}
