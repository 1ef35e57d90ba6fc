using System.Globalization;
using Microsoft.Extensions.Configuration;
using SdFleet.Cli.Doctor;
using SdFleet.Cluster.Tests.Support;
using SdFleet.Worker.Models;

namespace SdFleet.Cluster.Tests.Charts;

/// <summary>The chart sets what the services read, and all that they need.</summary>
public sealed class ConfigurationTests
{
    [Theory]
    [InlineData("example")]
    [InlineData("trial")]
    [InlineData("keys")]
    public async Task Services_TakeTheirSettings(string values)
    {
        var release = await Release.RenderAsync(values);

        foreach (var workload in release.Services)
        {
            var settings = ContainerEnvironment.Configuration(ContainerEnvironment.Of(workload.Container));
            Assert.Empty(await ServiceUnderTest.ComplaintsAsync(workload.Component, settings));
        }
    }

    // The worker reads it, and all that it has against it is that the folder is not on this machine.
    [Theory]
    [InlineData(0, "/models/")]
    [InlineData(1, "/model/")]
    public async Task LoraFolder_IsBelowTheModelsOwn_AndRead(int model, string mount)
    {
        var release = await Release.RenderAsync("example", $"models[{model}].loraFolder=extra/loras");

        var workers = release.Services.Where(w => w.Component == "worker").Select(w => ContainerEnvironment.Of(w.Container)).ToList();
        var settings = Assert.Single(workers, e => e.ContainsKey("SdFleet__Worker__LoraFolder"));
        var folder = settings["SdFleet__Worker__LoraFolder"];
        Assert.Equal($"{settings[$"SdFleet__Models__{model}__Path"]}/extra/loras", folder);
        Assert.StartsWith(mount, folder, StringComparison.Ordinal);
        Assert.Contains($"LoraFolder is {folder}: a folder that is there", Assert.Single(await ServiceUnderTest.ComplaintsAsync("worker", ContainerEnvironment.Configuration(settings))), StringComparison.Ordinal);
    }

    // What the test above rests on: a key too many is found, and so is one that is missing.
    [Theory]
    [InlineData("api", "SdFleet:Api:PublishTimout", "00:00:05", "SdFleet:Api:PublishTimout is read by nobody")]
    [InlineData("worker", "SdFleet:JobStore:Kind", "Postgres", "SdFleet:JobStore:Kind is read by nobody")]
    [InlineData("worker", "SdFleet:Models:0:DefaultStep", "3", "SdFleet:Models:0:DefaultStep is read by nobody")]
    [InlineData("worker", "SdFleet:Models:0:Path", null, "has no Path")]
    [InlineData("coordinator", "SdFleet:Transport:Uri", null, "SdFleet:Transport:Uri must be")]
    [InlineData("coordinator", "SdFleet:JobStore:ConnectionString", null, "SdFleet:JobStore:ConnectionString is empty")]
    [InlineData("api", "SdFleet:Transport:Kind", null, "SdFleet:Transport:Kind is InMemory")]
    [InlineData("worker", "SdFleet:Worker:ModelDigest", "abc", "ModelDigest is \"abc\"")]
    public async Task Services_WrongSetting_IsFound(string component, string key, string? value, string complaint)
    {
        var workload = (await Release.RenderAsync("example")).Services.First(w => w.Component == component);
        var settings = ContainerEnvironment.Configuration(ContainerEnvironment.Of(workload.Container));
        if (value is null)
        {
            Assert.True(settings.Remove(key));
        }
        else
        {
            settings[key] = value;
        }

        Assert.Contains(await ServiceUnderTest.ComplaintsAsync(component, settings), found => found.Contains(complaint, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("example")]
    [InlineData("trial")]
    public async Task Coordinator_SetsPoliciesWhereKedaAsks_WithoutASecretInTheAddress(string values)
    {
        var release = await Release.RenderAsync(values);

        var address = new Uri(ContainerEnvironment.Of(release.Services.Single(w => w.Component == "coordinator").Container)["SdFleet__Transport__Management"]);
        var asked = release.OfKind("ScaledObject").SelectMany(o => o.All("spec", "triggers")).Where(t => t.Text("type") == "rabbitmq").Select(t => new Uri(t.Text("metadata", "host")));

        Assert.All(asked, keda => Assert.Equal((keda.Scheme, keda.Host.Split(".fleet.svc")[0], keda.Port), (address.Scheme, address.Host, address.Port)));
        Assert.Empty(address.UserInfo);
        Assert.All(release.Services.Where(w => w.Component != "coordinator"), w => Assert.DoesNotContain("SdFleet__Transport__Management", ContainerEnvironment.Of(w.Container).Keys));
    }

    // With TLS, RabbitMQ listens on other ports, unless somebody says otherwise.
    [Theory]
    [InlineData("", "amqp:5672 http:15672")]
    [InlineData("rabbitmq.tls=true", "amqps:5671 https:15671")]
    [InlineData("rabbitmq.tls=true,rabbitmq.port=5672,rabbitmq.managementPort=443", "amqps:5672 https:443")]
    [InlineData("rabbitmq.port=25672", "amqp:25672 http:15672")]
    public async Task Broker_PortsFollowFromTls(string set, string expected)
    {
        var release = await Release.RenderAsync("example", set.Length > 0 ? [set] : []);

        var environment = ContainerEnvironment.Of(release.Services.Single(w => w.Component == "coordinator").Container);
        var (broker, management) = (new Uri(environment["SdFleet__Transport__Uri"]), new Uri(environment["SdFleet__Transport__Management"]));
        Assert.Equal(expected, $"{broker.Scheme}:{broker.Port} {management.Scheme}:{management.Port}");
    }

    // What the doctor looks at is what the coordinator works with.
    [Theory]
    [InlineData("example")]
    [InlineData("trial")]
    [InlineData("keys")]
    public async Task Doctor_HasTheCoordinatorsServersAndIdentity_AndWaitsForHelmTest(string values)
    {
        var release = await Release.RenderAsync(values);
        var (doctor, coordinator) = (release.Own.Single(w => w.Component == "doctor"), release.Services.Single(w => w.Component == "coordinator"));

        var (own, theirs) = (ContainerEnvironment.Of(doctor.Container), ContainerEnvironment.Of(coordinator.Container));
        string[] notIts = ["SdFleet__Publishers", "SdFleet__Scale", "SdFleet__Webhooks", "SdFleet__Release", "OTEL_"];
        Assert.Equal(theirs.Where(v => !notIts.Any(n => v.Key.StartsWith(n, StringComparison.Ordinal))).OrderBy(v => v.Key, StringComparer.Ordinal), own.OrderBy(v => v.Key, StringComparer.Ordinal));
        var found = DoctorConfiguration.Of(new ConfigurationBuilder().AddInMemoryCollection(ContainerEnvironment.Configuration(own)!).Build());
        Assert.Equal("transport, job store, artifacts, models", found.Finding.Text);
        Assert.NotNull(found.Transport!.Management);

        Assert.Equal(coordinator.Pod.Text("serviceAccountName"), doctor.Pod.Text("serviceAccountName"));
        Assert.Equal(coordinator.Labels.ContainsKey("azure.workload.identity/use"), doctor.Labels.ContainsKey("azure.workload.identity/use"));

        // helm prints the log of a pod named as the hook, and gives up after five minutes.
        Assert.Equal("Pod", doctor.Object.Text("kind"));
        Assert.InRange(int.Parse(doctor.Pod.Text("activeDeadlineSeconds"), CultureInfo.InvariantCulture), 1, 299);
        Assert.Equal(("test", "Never", """["doctor"]"""), (doctor.Object.Map("metadata", "annotations")["helm.sh/hook"], doctor.Pod.Text("restartPolicy"), doctor.Container.Text("args")));
        Assert.Equal(coordinator.Pod.Text("volumes"), doctor.Pod.Text("volumes"));
        Assert.Equal(coordinator.Container.Text("volumeMounts"), doctor.Container.Text("volumeMounts"));
    }

    [Theory]
    [InlineData("example")]
    [InlineData("keys")]
    public async Task FetchModel_TakesItsSettings(string values)
    {
        var fetch = (await Release.RenderAsync(values)).Services.SelectMany(w => w.InitContainers).Single(c => c.Text("name") == "fetch-model");
        var settings = ContainerEnvironment.Configuration(ContainerEnvironment.Of(fetch));
        var bound = new BoundKeys(ModelSourceOptions.SectionName, typeof(ModelSourceOptions));
        var section = new ConfigurationBuilder().AddInMemoryCollection(settings!).Build().GetSection(ModelSourceOptions.SectionName);

        Assert.All(settings.Keys, key => Assert.True(bound.Has(key), key));
        Assert.Empty(ModelSourceOptions.Validate(section.Get<ModelSourceOptions>()!));
        Assert.Equal($"[\"{FetchModelCommand.Name}\"]", fetch.Text("args"));
    }
}
