using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using SdFleet.Cluster.Tests.Charts;
using SdFleet.Cluster.Tests.Support;
using SdFleet.TestServers;

namespace SdFleet.Cluster.Tests.Images;

public sealed class DockerfileTests
{
    public static TheoryData<string> Images => [.. Dockerfile.Images.Select(image => image.Name)];

    public static TheoryData<string> Services => [.. Dockerfile.Services.Select(image => image.Name)];

    [Fact]
    public void Dockerfile_KeepsTheRules() => Assert.Empty(DockerRules.Check(Dockerfile.Stages));

    [Theory]
    [InlineData("FROM debian AS x", "not pinned")]
    [InlineData("FROM debian:latest AS x", "not pinned")]
    [InlineData("FROM debian:12.5 AS x\nADD a /a", "ADD")]
    [InlineData("FROM debian:12.5 AS x\nUSER root", "USER root")]
    [InlineData("FROM debian:12.5 AS x\nUSER 0", "USER 0")]
    [InlineData("FROM debian:12.5 AS x\nRUN apt-get update && \\\n  apt-get install -y --no-install-recommends curl", "/var/lib/apt/lists")]
    [InlineData("FROM debian:12.5 AS x\nRUN curl https://example.org | sh", "piping into a shell")]
    [InlineData("FROM debian:12.5 AS x\nENTRYPOINT dotnet x.dll", "starts a shell")]
    [InlineData("FROM debian:12.5 AS x\nENV API_KEY=1", "secret")]
    [InlineData("FROM debian:12.5 AS x\nWORKDIR app", "relative")]
    [InlineData("FROM debian:12.5", "no name")]
    public void Rules_FindWhatTheyAreFor(string dockerfile, string expected) =>
        Assert.Contains(expected, Assert.Single(DockerRules.Check(Dockerfile.Read(dockerfile))), StringComparison.Ordinal);

    [Theory]
    [MemberData(nameof(Services))]
    public void Service_ListensAndCanBeAsked(string name)
    {
        var image = Dockerfile.Images.Single(i => i.Name == name);
        var line = Dockerfile.Line(image).SelectMany(stage => stage.Instructions).ToList();

        var program = JsonSerializer.Deserialize<string[]>(image.All("ENTRYPOINT").Single())![1];
        Assert.EndsWith($"""CMD ["dotnet", "{program}", "health"]""", image.All("HEALTHCHECK").Single(), StringComparison.Ordinal);
        Assert.Equal("8080", line.First(i => i.Name == "EXPOSE").Text);
        Assert.Contains(line, i => i.Name == "ENV" && i.Text.Contains("ASPNETCORE_HTTP_PORTS=8080", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Images))]
    public void Image_RunsItsProgramAsNobodySpecial(string name)
    {
        var image = Dockerfile.Images.Single(i => i.Name == name);

        var entry = JsonSerializer.Deserialize<string[]>(image.All("ENTRYPOINT").Single())!;
        Assert.Equal("dotnet", entry[0]);
        Assert.Contains(Programs(), program => entry[1] == $"{program}.dll");
        Assert.Equal("1654:1654", Dockerfile.Line(image).SelectMany(stage => stage.Instructions).First(i => i.Name == "USER").Text);

        var version = XDocument.Load(RepositoryFolder.Combine("infra", "build", "Common.props")).Descendants("Version").Single().Value;
        Assert.Contains($"org.opencontainers.image.version=\"{version}\"", image.All("LABEL").Single(), StringComparison.Ordinal);
        Assert.Contains("org.opencontainers.image.title=", image.All("LABEL").Single(), StringComparison.Ordinal);
        Assert.Contains("org.opencontainers.image.description=", image.All("LABEL").Single(), StringComparison.Ordinal);
    }

    // A project's assembly is called like it, unless it says otherwise.
    private static IEnumerable<string> Programs() => Directory.EnumerateFiles(RepositoryFolder.Combine("src"), "*.csproj", SearchOption.AllDirectories)
        .Select(project => XDocument.Load(project).Descendants("AssemblyName").SingleOrDefault()?.Value ?? Path.GetFileNameWithoutExtension(project));

    [Fact]
    public void Images_SetWhatTheServicesRead()
    {
        foreach (var image in Dockerfile.Images)
        {
            var settings = image.All("ENV").SelectMany(env => Regex.Matches(env, @"(SdFleet__\w+)=(\S+)")).ToDictionary(m => m.Groups[1].Value.Replace("__", ":", StringComparison.Ordinal), m => m.Groups[2].Value);
            Assert.Equal(image.Name.StartsWith("worker", StringComparison.Ordinal) ? [$"SdFleet:Worker:Provider={(image.Name == "worker" ? "Cpu" : "Cuda")}"] : [], settings.Select(s => $"{s.Key}={s.Value}"));
        }
    }

    [Fact]
    public async Task Chart_UsesTheImagesThatThereAre()
    {
        var used = new HashSet<string>(StringComparer.Ordinal);
        foreach (var values in new[] { "example", "trial" })
        {
            var release = await Release.RenderAsync(values);
            foreach (var workload in release.Own)
            {
                var image = workload.Container.Text("image");
                used.Add(image[(image.LastIndexOf('/') + 1)..].Split(':')[0]);
                Assert.Equal("1654", workload.Pod.Text("securityContext", "runAsUser"));
            }

            Assert.All(release.Services, workload => Assert.Equal("8080", workload.Container.All("ports").Single().Text("containerPort")));
        }

        Assert.Equal(Dockerfile.Images.Select(image => image.Name).Order(StringComparer.Ordinal), used.Order(StringComparer.Ordinal));
    }
}
