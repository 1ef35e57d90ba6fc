using System.Net;
using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using SdFleet.Cli.Embedded;
using SdFleet.Cli.Keys;
using SdFleet.Cli.Tests.Support;
using SdFleet.Contracts;
using SdFleet.Contracts.Identity;
using SdFleet.Contracts.Jobs;
using SdFleet.Coordinator.Consumers;
using SdFleet.JobStore;
using SdFleet.ShapesModel;

namespace SdFleet.Cli.Tests;

public sealed class EmbeddedFleetTests
{
    [Fact]
    public async Task Start_FolderInUse_SaysSo()
    {
        using var folder = new TempFolder();
        var options = new EmbeddedFleetOptions { DataFolder = folder.Path };
        await using var fleet = await EmbeddedFleet.StartAsync(options);

        var error = await Assert.ThrowsAsync<EmbeddedFleetException>(() => EmbeddedFleet.StartAsync(options));

        Assert.Contains("is in use by another fleet", error.Message, StringComparison.Ordinal);
        Assert.Contains("--data", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_PortTaken_SaysSoAndLetsGoOfTheFolder()
    {
        using var folder = new TempFolder();
        using var taken = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var options = new EmbeddedFleetOptions { DataFolder = folder.Path, Urls = [$"http://{taken.LocalEndpoint}"] };

        var error = await Assert.ThrowsAsync<EmbeddedFleetException>(() => EmbeddedFleet.StartAsync(options));

        Assert.Contains("--urls", error.Message, StringComparison.Ordinal);
        await using var second = await EmbeddedFleet.StartAsync(options with { Urls = ["http://127.0.0.1:0"] });
    }

    [Fact]
    public async Task Start_BrokenModel_SaysWhatIsWrongWithIt()
    {
        using var folder = new TempFolder();

        var error = await Assert.ThrowsAsync<EmbeddedFleetException>(() => EmbeddedFleet.StartAsync(
            new EmbeddedFleetOptions { DataFolder = folder.Of("data"), ModelFolder = folder.Path }));

        Assert.Contains("model_index.json", error.Message, StringComparison.Ordinal);
        Assert.Contains("sdfleet models inspect", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_WithKeys_AsksForThem()
    {
        using var folder = new TempFolder();
        var key = ApiKey.Create();
        await using var fleet = await EmbeddedFleet.StartAsync(new EmbeddedFleetOptions
        {
            DataFolder = folder.Path,
            Settings = new Dictionary<string, string?>
            {
                ["SdFleet:ApiKeys:Keys:test:Sha256"] = key.Sha256,
                ["SdFleet:ApiKeys:Keys:test:Tenant"] = "acme",
            },
        });
        string[] generate =
            ["generate", "a red circle", "--server", fleet.Address.OriginalString, "--steps", "1", "--out", folder.Of("it.png")];

        var without = await CliRun.Of(generate);
        var with = await CliRun.Of(name => name == "SDFLEET_API_KEY" ? key.Text : null, generate);

        Assert.Equal(1, without.ExitCode);
        Assert.Contains("--api-key", without.Error, StringComparison.Ordinal);
        with.Succeeded();
    }

    // The broker of an embedded fleet goes with its process; what it held must not wait for a lease of minutes.
    [Fact]
    public async Task Start_AfterACrash_FinishesWhatWasReleased()
    {
        using var folder = new TempFolder();
        var id = Guid.CreateVersion7();
        var now = DateTimeOffset.UtcNow;
        await using (var store = JobStores.Open(new JobStoreOptions { Path = folder.Of("jobs.db") }))
        {
            await store.MigrateAsync(default);
            await store.AdmitAsync([NewJobOf(id, now)], default);
            var released = await store.ReleaseAsync("shapes", Lane.Normal, 1, now, TimeSpan.FromHours(1), default);
            Assert.Single(released);
        }

        await using var fleet = await EmbeddedFleet.StartAsync(new EmbeddedFleetOptions { DataFolder = folder.Path });

        var job = await fleet.Services.GetRequiredService<IJobStore>().UntilTerminalAsync(id);
        Assert.Equal(JobState.Completed, job.State);
        Assert.Equal(2, job.Attempt);
    }

    // The in-memory broker drops a message for a queue that is not there yet, and the release of the first job may come at once.
    [Fact]
    public async Task Start_Services_TheBusIsThereBeforeTheCoordinatorReleases()
    {
        using var folder = new TempFolder();
        await using var fleet = await EmbeddedFleet.StartAsync(new EmbeddedFleetOptions { DataFolder = folder.Path });

        var order = fleet.Services.GetServices<IHostedService>().Select(s => s.GetType()).ToList();
        var bus = order.FindIndex(t => t.Assembly.GetName().Name == "MassTransit");
        var coordinator = order.FindIndex(t => t.Assembly == typeof(CoordinatorRoom).Assembly);

        Assert.InRange(bus, 0, coordinator - 1);
    }

    [Fact]
    public async Task Stop_ThenStart_KeepsJobsAndPictures()
    {
        using var folder = new TempFolder();
        var options = new EmbeddedFleetOptions { DataFolder = folder.Path };
        var id = Guid.CreateVersion7();
        await using (var fleet = await EmbeddedFleet.StartAsync(options))
        {
            using var http = new HttpClient { BaseAddress = fleet.Address };
            var job = new SubmitJob { Id = id, Prompt = "a red circle", Steps = 1 };
            using var accepted = await http.PostAsJsonAsync("/v1/jobs", job, ContractsJson.Options);
            Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);
            await fleet.Services.GetRequiredService<IJobStore>().UntilTerminalAsync(id);
            await fleet.StopAsync();
        }

        await using var again = await EmbeddedFleet.StartAsync(options);
        using var client = new HttpClient { BaseAddress = again.Address };
        var picture = await client.GetByteArrayAsync($"/v1/jobs/{id}/images/0");
        Assert.NotEmpty(picture);
    }

    [Fact]
    public void Model_Bundled_IsThere() =>
        Assert.True(File.Exists(Path.Combine(ShapesModelFolder.Path, "model_index.json")), ShapesModelFolder.Path);

    private static NewJob NewJobOf(Guid id, DateTimeOffset now)
    {
        var job = new ResolvedJob
        {
            Id = id,
            Tenant = "default",
            Lane = Lane.Normal,
            Images = 1,
            SubmittedAt = now,
            Recipe = new Recipe
            {
                Model = "shapes",
                Prompt = "a red circle",
                Width = 128,
                Height = 128,
                Steps = 1,
                GuidanceScale = 1,
                Scheduler = "ddim",
                Seed = 1,
            },
        };
        return new NewJob { Job = job, ArtifactFolder = ArtifactName.DayFolder(now), Digest = JobDigest.Of(job), AdmittedAt = now };
    }
}
