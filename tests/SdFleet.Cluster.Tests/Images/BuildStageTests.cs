using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;
using SdFleet.TestServers;

namespace SdFleet.Cluster.Tests.Images;

/// <summary>
/// The build stage, done by hand: copies what it copies into an empty folder and runs its commands there. What a container
/// would add is its own SDK and a feed without gaps.
/// </summary>
public sealed class BuildStageTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sdfleet-image-").FullName;

    [Fact]
    public async Task Commands_PublishServicesThatRun()
    {
        var build = Dockerfile.Stages.Single(stage => stage.Name == "build");
        var source = Path.Combine(_folder, "source");
        foreach (var copy in build.All("COPY"))
        {
            var (from, to) = copy.Split(' ') is [var f, var t] ? (f, t) : throw new InvalidOperationException(copy);
            if (File.Exists(RepositoryFolder.Combine(from)))
            {
                Directory.CreateDirectory(source);
                File.Copy(RepositoryFolder.Combine(from), Path.Combine(source, to));
            }
            else
            {
                CopyFolder(RepositoryFolder.Combine(from), Path.Combine(source, to));
            }
        }

        // Which feed this is: in a container it is a complete one, which is what no answer means.
        if (Directory.Exists(RepositoryFolder.Combine(".feed")))
        {
            CopyFolder(RepositoryFolder.Combine(".feed"), Path.Combine(source, ".feed"));
        }

        foreach (var run in build.All("RUN"))
        {
            var command = Regex.Replace(run, @"^(--mount=\S+ )+", "").Replace("/out/", $"{_folder}/out/", StringComparison.Ordinal);
            (await ChildProcess.RunAsync(source, "bash", ["-euc", command])).Succeeded();
        }

        await using var server = await HealthyServerAsync();
        var port = new Uri(server.Urls.Single()).Port;
        foreach (var image in Dockerfile.Services)
        {
            var output = image.All("COPY").Select(copy => Regex.Match(copy, "^--from=build /out/(\\S+) \\.$")).Single(m => m.Success).Groups[1].Value;
            var service = Regex.Match(image.All("ENTRYPOINT").Single(), @"SdFleet\.\w+\.dll").Value;
            var folder = Path.Combine(_folder, "out", output);
            var well = await ChildProcess.RunAsync(folder, "bash", ["-c", $"ASPNETCORE_HTTP_PORTS={port} dotnet {service} health"]);
            var nobody = await ChildProcess.RunAsync(folder, "bash", ["-c", $"ASPNETCORE_HTTP_PORTS=1 dotnet {service} health"]);
            Assert.Equal((0, ""), (well.ExitCode, well.Error));
            Assert.Equal(1, nobody.ExitCode);
            Assert.StartsWith("Nothing answers on port 1:", nobody.Error, StringComparison.Ordinal);
        }

        var doctor = await ChildProcess.RunAsync(Path.Combine(_folder, "out", "cli"), "dotnet", ["sdfleet.dll", "doctor"]);
        Assert.Equal(1, doctor.ExitCode);
        Assert.Contains("nothing of a fleet is configured here", doctor.Output, StringComparison.Ordinal);

        Assert.Contains("libonnxruntime.so", Files("worker"));
        Assert.DoesNotContain("libonnxruntime_providers_cuda.so", Files("cli"));
        Assert.DoesNotContain("libonnxruntime_providers_cuda.so", Files("worker"));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static async Task<WebApplication> HealthyServerAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var server = builder.Build();
        server.Urls.Add("http://127.0.0.1:0");
        server.MapGet("/health/live", () => "well");
        await server.StartAsync();
        return server;
    }

    private IEnumerable<string> Files(string output) =>
        Directory.EnumerateFiles(Path.Combine(_folder, "out", output), "*", SearchOption.AllDirectories).Select(file => Path.GetFileName(file));

    // As Dockerfile.dockerignore leaves it: without build output.
    private static void CopyFolder(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var name = Path.GetRelativePath(from, file);
            if (!name.Split('/').SkipLast(1).Any(part => part is "bin" or "obj" or "recipe"))
            {
                var target = Path.Combine(to, name);
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                File.Copy(file, target);
            }
        }
    }
}
