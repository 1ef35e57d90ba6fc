using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using SdFleet.Cluster.Tests.Support;
using SdFleet.Contracts;
using SdFleet.Contracts.Models;
using SdFleet.Contracts.Validation;
using SdFleet.TestServers;
using SdFleet.Worker;

namespace SdFleet.Cluster.Tests.Charts;

public sealed class ChartTests
{
    /// <summary>Values that between them go through every branch of the templates.</summary>
    public static TheoryData<string, string[]> Matrix => new()
    {
        { "example", [] },
        { "trial", [] },
        { "keys", [] },
        { "example", ["networkPolicy.enabled=false", "scaling.deletionCost=false", "models[0].provider=Cpu", "workers.priorityClassName=low", "workers.runtimeClassName=nvidia"] },
        { "example", ["rabbitmq.inChart.enabled=true", "drain.finishSeconds=120", "modelStore.cache.hostPath=", "image.pullSecrets[0].name=registry", "image.tag=1.2.3"] },
        { "keys", ["drain.terminationGracePeriodSeconds=90", "models[0].gpus=2", "telemetry.endpoint=https://otlp.example.org", "workers.maxUnavailable=1"] },
        { "example", ["webhooks.allowHttp=true", "webhooks.allowPrivateAddresses=true", "networkPolicy.webhookPorts={80,443,8443}"] },
        { "trial", ["webhooks.secretsSecret=hooks", "api.keysSecret=", "api.keys[0].name=ci", "api.keys[0].tenant=acme", "api.keys[0].sha256=25bf8e1a2393f1108d37029b3df5593236c755742ec93465bbafa9b290bddcf6"] },
        { "example", ["telemetry.prometheusRule.enabled=true", "telemetry.prometheusRule.labels.release=prometheus", "rabbitmq.policies=false"] },
        { "example", ["telemetry.dashboards.enabled=true", "telemetry.serviceMonitor.enabled=true", "telemetry.serviceMonitor.selector.app=collector"] },
        {
            "example",
            [
                "telemetry.dashboards.enabled=true", "telemetry.dashboards.labels.mine=yes", "telemetry.dashboards.annotations.grafana_folder=Fleet",
                "telemetry.serviceMonitor.enabled=true", "telemetry.serviceMonitor.selector.app=collector", "telemetry.serviceMonitor.namespace=observability",
                "telemetry.serviceMonitor.labels.release=prometheus", "telemetry.serviceMonitor.port=metrics", "telemetry.serviceMonitor.interval=1m",
            ]
        },
        {
            "example",
            [
                "telemetry.serviceMonitor.enabled=true", "telemetry.serviceMonitor.selector.app=collector",
                "telemetry.serviceMonitor.apiVersion=azmonitoring.coreos.com/v1",
            ]
        },
        { "example", ["doctor.enabled=false", "rabbitmq.tls=true", "rabbitmq.port=5671"] },
        { "trial", ["scaling.enabled=false", "models[0].replicas=0", "api.ingress.className=nginx"] },
    };

    [Theory]
    [MemberData(nameof(Matrix))]
    public async Task Render_EveryObject_IsValidAndHasNoUnknownField(string values, string[] set)
    {
        var release = await Release.RenderAsync(values, set);

        Assert.Empty(release.Errors);
        Assert.Equal(release.Objects.Count, release.Objects.DistinctBy(o => (o.Text("kind"), o.Text("metadata", "name"))).Count());
        Assert.All(release.Services, w => Assert.True(w.Object.Map("spec", "selector", "matchLabels").All(label => w.Labels[label.Key] == label.Value)));
    }

    [Theory]
    [InlineData("example")]
    [InlineData("trial")]
    [InlineData("keys")]
    public async Task Lint_FindsNothing(string values) =>
        (await Tools.HelmAsync("lint", "sdfleet", "--strict", "--values", $"sdfleet/ci/{values}-values.yaml")).Succeeded();

    [Theory]
    [InlineData("apiVersion: v1\nkind: Service\nmetadata: {name: x}\nspec: {ports: [{port: 80, targetprt: 8080}]}", "Service/x: /spec/ports/0/targetprt is no field")]
    [InlineData("apiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nmetadata: {name: x}\nspec: {scaleTargetRef: {name: x}, triggers: [], pollInterval: 3}", "/spec/pollInterval is no field")]
    [InlineData("apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: {name: x}\nspec: {selector: {}, endpoints: [{port: metrics, honourLabels: true}]}", "/spec/endpoints/0/honourLabels is no field")]
    [InlineData("apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata: {name: x}\nspec: {groups: [{name: x, rules: [{alert: A, expr: up == 0, four: 5m}]}]}", "/spec/groups/0/rules/0/four is no field")]
    [InlineData("apiVersion: v1\nkind: Service\nmetadata: {name: x}\nspec: {ports: [{port: http}]}", "port")]
    [InlineData("apiVersion: v1\nkind: Sevice\nmetadata: {name: x}", "there is no schema of v1 Sevice")]
    public async Task Check_WrongObject_IsFound(string manifest, string expected)
    {
        var answer = await Tools.CheckAsync("kubernetes", [], manifest);

        Assert.Contains(expected, Assert.Single(answer.At("errors")!.AsArray()).Text(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("drain.terminationGracePeriodSeconds=30", "must be above 30")]
    [InlineData("drain.finishSeconds=590", "drain.nodeGraceSeconds is 600")]
    [InlineData("drain.finishSeconds=601,drain.nodeGraceSeconds=3600", "finishSeconds")]
    [InlineData("models[0].spec.maxImages=65", "maxImages")]
    [InlineData("models[0].stepSeconds=20", "below drain.finishSeconds (20)")]
    [InlineData("models[0].stepSeconds=6", "at most 5")]
    [InlineData("models[1].name=SD15", "does not match pattern")]
    [InlineData("models[1].name=sd15", "would both be called sd15")]
    [InlineData("models[0].weights.volume.claim=x", "2 sources (blob, volume)")]
    [InlineData("models[2].name=x,models[2].weights.blob.prefix=y", "need the model's digest")]
    [InlineData("models[0].scaling.minReplicas=41", "above scaling.maxReplicas 40")]
    [InlineData("modelStore.serviceUri=", "modelStore.serviceUri or")]
    [InlineData("api.keys=null", "api.keys and api.keysSecret are both empty")]
    [InlineData("rabbitmq.host=", "rabbitmq.host is empty")]
    [InlineData("postgres.secret.name=", "postgres.secret.name is empty")]
    [InlineData("telemetry.prometheusRule.enabled=true,telemetry.endpoint=", "needs telemetry.endpoint")]
    [InlineData("telemetry.serviceMonitor.enabled=true,telemetry.endpoint=", "needs telemetry.endpoint")]
    [InlineData("telemetry.serviceMonitor.enabled=true", "telemetry.serviceMonitor.selector is empty")]
    [InlineData("telemetry.serviceMonitor.interval=soon", "does not match pattern")]
    [InlineData("models[0].pricePerGpuHour=0", "pricePerGpuHour")]
    [InlineData("rabbitmq.tls=true,rabbitmq.inChart.enabled=true", "the broker in the release speaks no TLS")]
    [InlineData("rabbitmq.port=5673,rabbitmq.inChart.enabled=true", "the broker in the release listens on 5672 and 15672")]
    [InlineData("rabbitmq.managementPort=443,rabbitmq.inChart.enabled=true", "the broker in the release listens on 5672 and 15672")]
    [InlineData("postgres.port=6432,postgres.inChart.enabled=true", "the database in the release listens on 5432")]
    [InlineData("artifacts.serviceUri=", "artifacts takes one of")]
    [InlineData("artifacts.kind=Folder", "artifacts.claim must name")]
    [InlineData("artifacts.kind=Folder,artifacts.claim=pictures", "artifacts.kind is Folder, which has none")]
    [InlineData("artifacts.container=datasets", "is in the container of the pictures")]
    [InlineData("artifacts.exportPlaces[0]=azure://sets/a b", "does not match pattern")]
    [InlineData("artifacts.exportPlaces[0]=azure://sets/a/../b", "does not match pattern")]
    [InlineData("artifacts.exportPlaces[0]=azure://sets//a", "does not match pattern")]
    [InlineData("artifacts.exportPlaces[0]=/sets", "does not match pattern")]
    [InlineData("artifacts.exportPlaces[0]=azure://ab/sets", "3 to 63 characters, this one 2")]
    [InlineData("artifact.kind=Folder", "additional properties 'artifact' not allowed")]
    public async Task Render_ValuesThatDoNotFitTogether_AreRefused(string set, string reason)
    {
        var result = await Release.TryRenderAsync("example", set);

        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains(reason, result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/", "/")]
    [InlineData("fleet", "/fleet")]
    public async Task BrokerInTheRelease_HasTheVirtualHostThatServicesAskFor(string host, string path)
    {
        var release = await Release.RenderAsync("trial", $"rabbitmq.vhost={host}");
        var broker = release.Workloads.Single(w => w.Component == "rabbitmq").Container.All("env").Single(v => v.Text("name") == "RABBITMQ_DEFAULT_VHOST");
        var asked = new Uri(ContainerEnvironment.Of(release.Services.First().Container)["SdFleet__Transport__Uri"]);

        Assert.Equal((host, path), (broker.Text("value"), asked.AbsolutePath));
    }

    // What the chart took and every service refused would be installed, and never start.
    [Fact]
    public void Schema_TakesWhatTheServicesTake_AndNoMore()
    {
        var values = JsonNode.Parse(File.ReadAllText(RepositoryFolder.Combine("helm", "sdfleet", "values.schema.json"))).At("properties");
        var spec = values.At("models", "items", "properties", "spec", "properties")!.AsObject();
        var finish = values.At("drain", "properties", "finishSeconds", "maximum")!.GetValue<double>();

        Assert.Equal(SchedulerNames.All, spec.At("defaultScheduler", "enum")!.AsArray().Select(name => name.Text()));
        foreach (var (name, limits) in spec.Where(value => value.Value.At("maximum") is not null))
        {
            var (least, most) = (limits.At("minimum")!.GetValue<double>(), limits.At("maximum")!.GetValue<double>());
            var step = limits.At("multipleOf")?.GetValue<double>() ?? 1;
            Assert.Empty(Complaints(name, least).Concat(Complaints(name, most)));
            Assert.NotEmpty(Complaints(name, least - step));
            Assert.NotEmpty(Complaints(name, most + step));
        }

        Assert.Empty(WorkerOptions.Validate(new WorkerOptions { FinishTimeout = TimeSpan.FromSeconds(finish) }));
        Assert.NotEmpty(WorkerOptions.Validate(new WorkerOptions { FinishTimeout = TimeSpan.FromSeconds(finish + 1) }));

        static IEnumerable<string> Complaints(string name, double value)
        {
            var settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase) { ["Name"] = "x", ["DefaultSteps"] = "1", ["MaxSteps"] = "1000" };
            settings[name] = value.ToString(CultureInfo.InvariantCulture);
            return ModelSpecValidator.Validate(new ConfigurationBuilder().AddInMemoryCollection(settings).Build().Get<ModelSpec>()!);
        }
    }

    [Fact]
    public void Schema_DescribesEveryValueAndRefusesUnknownOnes()
    {
        var schema = JsonNode.Parse(File.ReadAllText(RepositoryFolder.Combine("helm", "sdfleet", "values.schema.json")))!;
        var wrong = new List<string>();
        Walk(schema, "");

        Assert.Empty(wrong);

        void Walk(JsonNode node, string path)
        {
            if (node.Text("description").Length < 8)
            {
                wrong.Add($"{path} has no description");
            }

            foreach (var (name, child) in node.At("properties") as JsonObject ?? [])
            {
                Walk(child!, $"{path}.{name}");
            }

            if (node.At("properties") is not null && node.Text("additionalProperties") != "false")
            {
                wrong.Add($"{path} takes values that it does not describe");
            }

            if (node.At("items") is { } items)
            {
                Walk(items, path + "[]");
            }
        }
    }

    [Fact]
    public async Task Values_AreAllInTheSchemaAndAllUsed()
    {
        var values = await Tools.YamlAsync(RepositoryFolder.Combine("helm", "sdfleet", "values.yaml"));
        var templates = string.Concat(Directory.EnumerateFiles(RepositoryFolder.Combine("helm", "sdfleet", "templates")).Select(File.ReadAllText));

        // A value that no template names is one that does nothing.
        var unused = Leaves(values).Where(name => !Regex.IsMatch(templates, $@"\b{Regex.Escape(name)}\b") && !(name.EndsWith("ClientId", StringComparison.Ordinal)));

        Assert.Empty(unused);

        static IEnumerable<string> Leaves(JsonNode? node) =>
            node is JsonObject { Count: > 0 } o ? o.SelectMany(m => m.Value is JsonObject { Count: > 0 } ? Leaves(m.Value) : [m.Key]).Where(n => n is not ("cpu" or "memory" or "cidr")) : [];
    }
}
