using SdFleet.Cli.Embedded;

namespace SdFleet.Fleet.Tests;

/// <summary>The same job on the embedded size: one process, a database file and a folder.</summary>
public sealed class EmbeddedTests
{
    [Fact]
    public async Task TwentyJobs_InOneProcess_BecomeCorrectPicturesInTheFolder()
    {
        var data = Directory.CreateTempSubdirectory("sdfleet-embedded-").FullName;
        await using (var fleet = await EmbeddedFleet.StartAsync(new EmbeddedFleetOptions { DataFolder = data, Urls = ["http://127.0.0.1:0"] }))
        {
            using var client = new HttpClient { BaseAddress = fleet.Address };
            var jobs = await FleetScenario.RunAsync(client, name => File.ReadAllBytesAsync(Path.Combine(data, "images", name)));

            var files = Directory.EnumerateFiles(Path.Combine(data, "images"), "*.png", SearchOption.AllDirectories);
            Assert.Equal(FleetScenario.Jobs * FleetScenario.ImagesPerJob, files.Count());
            Assert.Single(jobs.Select(j => j.WorkerId).Distinct());
        }

        Directory.Delete(data, recursive: true);
    }
}
