using System.Globalization;
using System.Text.Json.Nodes;
using SdFleet.Cluster.Tests.Support;

namespace SdFleet.Cluster.Tests.Charts;

/// <summary>
/// The policies against what the pods talk to, which is in their own settings: each connection must be allowed, and each
/// allowed connection must be one.
/// </summary>
public sealed class NetworkPolicyTests
{
    private static readonly int[] ApiServerPorts = [443, 6443];

    // An address block of its own for each peer, so that a rule says by itself whom it means.
    private static readonly Dictionary<string, string> Blocks = new(StringComparer.Ordinal)
    {
        ["rabbitmq"] = "10.0.1.0/24",
        ["postgres"] = "10.0.2.0/24",
        ["blob"] = "10.0.3.0/24",
        ["identity"] = "10.0.4.0/24",
        ["telemetry"] = "10.0.5.0/24",
        ["apiServer"] = "10.0.6.0/24",
        ["webhooks"] = "10.0.7.0/24",
    };

    private static string[] Peers => [.. Blocks.Select(block => $"networkPolicy.peers.{block.Key}[0].ipBlock.cidr={block.Value}")];

    [Theory]
    [InlineData("example")]
    [InlineData("trial")]
    [InlineData("keys")]
    [InlineData("keys", "telemetry.endpoint=https://otlp.example.org")]
    [InlineData("example", "scaling.deletionCost=false", "identity.apiClientId=")]
    [InlineData("keys", "webhooks.secretsSecret=")]
    [InlineData("trial", "rabbitmq.policies=false")]
    [InlineData("trial", "doctor.enabled=false")]
    [InlineData("example", "rabbitmq.tls=true", "rabbitmq.managementPort=443")]
    public async Task Egress_IsExactlyWhatIsUsed(string values, params string[] set)
    {
        var release = await Release.RenderAsync(values, [.. Peers, .. set]);

        foreach (var workload in release.Own)
        {
            var policy = Assert.Single(release.OfKind("NetworkPolicy"), p => workload.IsSelectedBy(p.At("spec", "podSelector")));
            Assert.Equal("""["Ingress","Egress"]""", policy.Text("spec", "policyTypes"));

            // One policy holds for all models' workers, so it allows what any of them uses.
            var pods = release.Own.Where(w => w.IsSelectedBy(policy.At("spec", "podSelector"))).ToList();
            var used = pods.SelectMany(pod => Uses(release, pod)).Distinct().Order(StringComparer.Ordinal);
            var allowed = policy.All("spec", "egress").SelectMany(rule => Allows(release, rule)).Where(a => a != "dns 53").Distinct().Order(StringComparer.Ordinal);
            Assert.Equal(used, allowed);
        }
    }

    [Theory]
    [InlineData("example")]
    [InlineData("trial")]
    [InlineData("keys")]
    public async Task Ingress_IsExactlyWhatOthersUse(string values)
    {
        var release = await Release.RenderAsync(values);
        var askedByKeda = release.OfKind("ScaledObject").SelectMany(o => o.All("spec", "triggers"))
            .Select(trigger => trigger.Text("metadata", trigger.Text("type") == "rabbitmq" ? "host" : "url"))
            .Select(address => new Uri(address)).ToHashSet();

        foreach (var workload in release.Workloads)
        {
            var policy = Assert.Single(release.OfKind("NetworkPolicy"), p => workload.IsSelectedBy(p.At("spec", "podSelector")));
            var allowed = policy.All("spec", "ingress").SelectMany(rule => rule.All("ports").SelectMany(port => Sources(rule).Select(source => $"{source} {port.Text("port")}")))
                .Order(StringComparer.Ordinal);

            var used = release.Own.Where(client => Connections(client).Any(c => IsServedBy(release, c.Host, workload))).SelectMany(
                    client => Connections(client).Where(c => IsServedBy(release, c.Host, workload)).Select(c => $"{client.Component} {c.Port}"))
                .Concat(askedByKeda.Where(address => IsServedBy(release, address.Host.Split('.')[0], workload)).Select(address => $"keda {address.Port}"))
                .Concat(workload.Component == "api" ? [values == "keys" ? "ingress 8080" : "anybody 8080"] : [])
                .Distinct().Order(StringComparer.Ordinal);

            Assert.Equal(used, allowed);
        }
    }

    // Cilium, which infra/terraform sets up, takes no address block for one of pods.
    [Fact]
    public async Task Egress_ToServersThatArePodsElsewhere_NamesPods()
    {
        var release = await Release.RenderAsync("example", "postgres.host=postgres.databases.svc");

        foreach (var workload in release.Own)
        {
            var policy = release.OfKind("NetworkPolicy").Single(p => workload.IsSelectedBy(p.At("spec", "podSelector")));
            foreach (var server in Connections(workload).Where(c => c.Host.EndsWith(".svc", StringComparison.Ordinal)))
            {
                Assert.Contains(policy.All("spec", "egress"), rule =>
                    rule.All("ports").Any(port => port.Text("port") == server.Port.ToString(CultureInfo.InvariantCulture)) &&
                    rule.All("to").Any(peer => peer.At("namespaceSelector") is JsonObject { Count: 0 } && peer.Count == 1));
            }
        }
    }

    private static IEnumerable<string> Uses(Release release, Workload workload)
    {
        foreach (var connection in Connections(workload))
        {
            yield return $"{connection.Uses} {connection.Port}";
        }

        var account = release.OfKind("ServiceAccount").Single(a => a.Text("metadata", "name") == workload.Pod.Text("serviceAccountName"));
        if (account.Map("metadata", "annotations").ContainsKey("azure.workload.identity/client-id"))
        {
            Assert.Equal("true", workload.Labels["azure.workload.identity/use"]);
            yield return "identity 443";
        }

        // Only the coordinator calls receivers; with the API it has the secrets by which both know whose webhooks to take.
        if (workload.Component == "coordinator" && workload.Container.All("envFrom").Any())
        {
            yield return "webhooks 443";
            if (ContainerEnvironment.Of(workload.Container)["SdFleet__Webhooks__AllowHttp"] == "true")
            {
                yield return "webhooks 80";
            }
        }

        if (workload.Pod.Text("automountServiceAccountToken") == "true")
        {
            foreach (var port in ApiServerPorts)
            {
                yield return $"apiServer {port}";
            }
        }
    }

    private static IEnumerable<Connection> Connections(Workload workload) =>
        workload.InitContainers.Append(workload.Container).SelectMany(container => Connection.Of(ContainerEnvironment.Of(container)));

    private static IEnumerable<string> Allows(Release release, JsonObject rule) =>
        from peer in rule.All("to") from port in rule.All("ports") select $"{Peer(release, peer)} {port.Text("port")}";

    private static string Peer(Release release, JsonObject peer)
    {
        if (peer.At("ipBlock") is { } block)
        {
            return Blocks.Single(b => b.Value == block.Text("cidr")).Key;
        }

        return peer.At("podSelector") is { } selector
            ? Assert.Single(release.Workloads, w => w.IsSelectedBy(selector)).Component
            : peer.Text("namespaceSelector", "matchLabels", "kubernetes.io/metadata.name") == "kube-system" ? "dns" : peer.ToJsonString();
    }

    private static IEnumerable<string> Sources(JsonObject rule) => rule.At("from") is null
        ? ["anybody"]
        : rule.All("from").Select(peer => peer.At("podSelector") is { } selector
            ? selector.Text("matchLabels", "app.kubernetes.io/component")
            : peer.Text("namespaceSelector", "matchLabels", "kubernetes.io/metadata.name"));

    // A host name of the release is a Service, and whom it stands for is in its selector.
    private static bool IsServedBy(Release release, string host, Workload workload) =>
        release.OfKind("Service").Any(service => service.Text("metadata", "name") == host &&
            service.Map("spec", "selector").All(label => workload.Labels.GetValueOrDefault(label.Key) == label.Value));

    [Fact]
    public async Task Services_LeadToPortsThatAreOpen()
    {
        var release = await Release.RenderAsync("trial");

        foreach (var service in release.OfKind("Service"))
        {
            var target = Assert.Single(release.Workloads, w => IsServedBy(release, service.Text("metadata", "name"), w));
            var open = target.Container.All("ports").ToDictionary(p => p.Text("name"), p => int.Parse(p.Text("containerPort"), CultureInfo.InvariantCulture), StringComparer.Ordinal);
            Assert.All(service.All("spec", "ports"), port => Assert.Contains(port.Text("targetPort"), open));
        }
    }
}
