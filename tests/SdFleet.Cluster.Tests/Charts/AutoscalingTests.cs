using System.Text.RegularExpressions;
using SdFleet.Cluster.Tests.Support;
using SdFleet.Contracts;
using SdFleet.Contracts.Jobs;
using SdFleet.Coordinator.Scaling;

namespace SdFleet.Cluster.Tests.Charts;

public sealed class AutoscalingTests
{
    [Fact]
    public async Task Triggers_AskTheCoordinatorAndCountTheModelsQueues()
    {
        var release = await Release.RenderAsync("example");

        foreach (var (model, name, max) in new[] { ("sd15", "prod-sd15-worker", "40"), ("sdxl_1.0", "prod-sdxl-1-0-worker", "8") })
        {
            var scaled = release.OfKind("ScaledObject").Single(o => o.Text("metadata", "name") == name);
            Assert.Contains(release.Services, w => w.Name == scaled.Text("spec", "scaleTargetRef", "name") && w.Object.At("spec", "replicas") is null);
            Assert.Equal(("0", max), (scaled.Text("spec", "minReplicaCount"), scaled.Text("spec", "maxReplicaCount")));

            var asks = scaled.All("spec", "triggers").Single(t => t.Text("type") == "metrics-api");
            var address = new Uri(asks.Text("metadata", "url"));
            Assert.Equal(ScaleEndpoint.Pattern.Replace("{model}", model, StringComparison.Ordinal), address.AbsolutePath);
            Assert.Contains(release.OfKind("Service"), s => address.Host == $"{s.Text("metadata", "name")}.{Release.Namespace}.svc" && s.All("spec", "ports").Any(p => p.Text("port") == $"{address.Port}"));
            Assert.NotNull(typeof(ScaleSignal).GetProperty(asks.Text("metadata", "valueLocation"), System.Reflection.BindingFlags.IgnoreCase | System.Reflection.BindingFlags.Public | System.Reflection.BindingFlags.Instance));

            // Every lane of this model, and nothing of the other's.
            var counts = scaled.All("spec", "triggers").Single(t => t.Text("type") == "rabbitmq");
            var queues = new Regex(counts.Text("metadata", "queueName"));
            Assert.All(Enum.GetValues<Lane>(), lane => Assert.Matches(queues, Topology.WorkQueue(model, lane)));
            Assert.DoesNotMatch(queues, Topology.WorkQueue(model + "x", Lane.Normal));
            Assert.DoesNotMatch(queues, Topology.WorkQueue(model.Replace('.', 'x') == model ? "sdxl" : model.Replace('.', 'x'), Lane.Normal));
            Assert.Equal(("http", "false"), (counts.Text("metadata", "protocol"), counts.Text("metadata", "excludeUnacknowledged")));
            Assert.Contains(release.OfKind("TriggerAuthentication"), a => a.Text("metadata", "name") == counts.Text("authenticationRef", "name"));

            // KEDA takes a trigger's values as text.
            Assert.All(scaled.All("spec", "triggers").SelectMany(t => t.At("metadata")!.AsObject()), m => Assert.Equal(System.Text.Json.JsonValueKind.String, m.Value!.GetValueKind()));
        }
    }

    [Fact]
    public async Task FixedNumberOfWorkers_NeedsNoAutoscaler()
    {
        var release = await Release.RenderAsync("keys");

        Assert.Empty(release.OfKind("ScaledObject").Concat(release.OfKind("TriggerAuthentication")).Concat(release.OfKind("Role")));
        Assert.Equal("3", release.Services.Single(w => w.Component == "worker").Object.Text("spec", "replicas"));
    }
}
