using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using SdFleet.Cluster.Tests.Charts;
using SdFleet.Cluster.Tests.Support;
using SdFleet.TestServers;

namespace SdFleet.Cluster.Tests.Images;

public sealed class ComposeTests
{
    private static readonly string[] Own = ["api", "coordinator", "worker"];
    private static readonly Lazy<Task<JsonNode>> File = new(() => Tools.CheckAsync("compose", [RepositoryFolder.Combine("docker", "compose.yaml")]));

    [Fact]
    public async Task Compose_IsValid() => Assert.Empty((await File.Value).At("errors")!.AsArray());

    [Fact]
    public async Task Services_TakeTheirSettings()
    {
        foreach (var name in Own)
        {
            var settings = ContainerEnvironment.Configuration(await EnvironmentAsync(name));
            settings["SdFleet:Models:0:Path"] = RepositoryFolder.Combine("src", "SdFleet.ShapesModel", "model");
            Assert.Empty(await ServiceUnderTest.ComplaintsAsync(name, settings));
        }
    }

    [Fact]
    public async Task Services_FindEachOther()
    {
        var services = await ServicesAsync();

        foreach (var name in Own)
        {
            var environment = await EnvironmentAsync(name);
            var hosts = environment.Values.SelectMany(value => Regex.Matches(value, @"(?:@|Host=|://(?![^/]*@))([a-z]+)(?=[:;/]|$)").Select(m => m.Groups[1].Value)).Distinct().ToList();
            Assert.True(hosts.Count >= 3, string.Join(", ", hosts));
            Assert.Empty(hosts.Except(services.Select(s => s.Key)));
        }
    }

    // Nobody else would set them, and a broker without them drops what is given back too often.
    [Fact]
    public async Task Coordinator_SetsTheBrokersPolicies()
    {
        var management = (await EnvironmentAsync("coordinator"))["SdFleet__Transport__Management"];

        Assert.Equal("http://rabbitmq:15672", management);
    }

    [Fact]
    public async Task Services_OfOurs_NeedNoMoreThanTheImagesGiveThem()
    {
        var services = await ServicesAsync();

        foreach (var name in Own)
        {
            var service = services[name];
            Assert.Equal(("true", """["ALL"]""", """["no-new-privileges:true"]""", """["/tmp"]"""), (service.Text("read_only"), service.Text("cap_drop"), service.Text("security_opt"), service.Text("tmpfs")));
            Assert.Contains(Dockerfile.Images, image => image.Name == service.Text("build", "target"));
            Assert.True(System.IO.File.Exists(RepositoryFolder.Combine("docker", service.Text("build", "context"), service.Text("build", "dockerfile"))));
        }
    }

    // Docker kills what has not stopped by itself after 10 s: a worker would not give back what it has.
    [Fact]
    public async Task Services_HaveTheTimeToStopThatTheChartGivesThem()
    {
        var services = await ServicesAsync();
        var finish = TimeSpan.Parse((await EnvironmentAsync("worker"))["SdFleet__Worker__FinishTimeout"], CultureInfo.InvariantCulture);
        var fleet = await Release.RenderAsync("example", string.Create(CultureInfo.InvariantCulture, $"drain.finishSeconds={finish.TotalSeconds:F0}"));
        var servers = await Release.RenderAsync("trial");

        foreach (var (name, workload) in Own.Select(own => (own, fleet.Services.First(w => w.Component == own)))
            .Concat(new[] { "rabbitmq", "postgres" }.Select(server => (server, servers.Workloads.First(w => w.Component == server)))))
        {
            Assert.Equal($"{name} {workload.Pod.Text("terminationGracePeriodSeconds")}s", $"{name} {services[name].Text("stop_grace_period")}");
        }
    }

    [Fact]
    public async Task Everything_IsPinnedAndReachableFromThisMachineOnly()
    {
        foreach (var (name, service) in await ServicesAsync())
        {
            Assert.Matches(@":v?\d+\.\d+(\.\d+)?(-[a-z]+)?$", service.Text("image"));
            Assert.All(service.At("ports")?.AsArray() ?? [], port => Assert.StartsWith("127.0.0.1:", port.Text(), StringComparison.Ordinal));
            Assert.All(
                (service.At("volumes")?.AsArray() ?? []).Select(v => v.Text().Split(':')[0]).Where(v => v.StartsWith("..", StringComparison.Ordinal)),
                path => Assert.True(Path.Exists(RepositoryFolder.Combine("docker", path)), $"{name}: {path}"));
        }
    }

    private static async Task<Dictionary<string, JsonNode>> ServicesAsync() =>
        (await File.Value).At("document", "services")!.AsObject().ToDictionary(s => s.Key, s => s.Value!, StringComparer.Ordinal);

    // ${NAME:-default} is its default where nobody sets NAME.
    private static async Task<Dictionary<string, string>> EnvironmentAsync(string service) => (await ServicesAsync())[service].Map("environment")
        .ToDictionary(v => v.Key, v => Regex.Replace(v.Value, @"\$\{\w+:-([^}]*)\}", "$1"), StringComparer.Ordinal);
}
