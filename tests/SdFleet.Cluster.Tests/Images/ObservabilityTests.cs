using System.Diagnostics.Metrics;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using SdFleet.Cluster.Tests.Support;
using SdFleet.TestServers;

namespace SdFleet.Cluster.Tests.Images;

public sealed class ObservabilityTests
{
    private static readonly string Folder = RepositoryFolder.Combine("infra", "observability");

    [Fact]
    public void Dashboard_NamesMetricsThatTheServicesHave()
    {
        var have = Instruments().SelectMany(PrometheusNames).ToHashSet(StringComparer.Ordinal);
        var dashboards = Directory.EnumerateFiles(Path.Combine(Folder, "grafana", "dashboards")).Select(File.ReadAllText);
        var named = dashboards.SelectMany(text => Regex.Matches(text, @"\bsdfleet_[a-z_]+(?=[\[{])").Select(m => m.Value)).Distinct().ToList();

        Assert.True(named.Count >= 6, string.Join(", ", named));
        Assert.Empty(named.Except(have));
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

    // As the collector's exporter names them: units are part of a name, what is counted in braces is not, and sums say so.
    private static IEnumerable<string> PrometheusNames(Instrument instrument)
    {
        var name = instrument.Name.Replace('.', '_') + (instrument.Unit == "s" ? "_seconds" : "");
        return instrument.GetType().Name.StartsWith("Counter", StringComparison.Ordinal) ? [name + "_total"]
            : instrument.GetType().Name.StartsWith("Histogram", StringComparison.Ordinal) ? [name + "_bucket", name + "_sum", name + "_count"]
            : [name];
    }
}
