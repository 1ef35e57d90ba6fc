using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using SdFleet.Contracts.Identity;
using SdFleet.Contracts.Jobs;
using SdFleet.Coordinator.Scaling;
using SdFleet.JobStore;

namespace SdFleet.Coordinator.Tests;

public sealed class ScalingTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sdfleet-scaling-").FullName;

    [Fact]
    public async Task Signal_IsOutstandingJobsTimesTheirCost()
    {
        await using var app = await StartAsync();
        using var client = ClientOf(app);
        var store = app.Services.GetRequiredService<IJobStore>();
        await store.AdmitAsync([.. Enumerable.Range(0, 3).Select(_ => NewJob("sd15"))], default);

        var guessed = await SignalAsync(client, "sd15");
        var other = await SignalAsync(client, "sdxl");
        using var unknown = await client.GetAsync("/v1/scale/sd21");
        var costs = app.Services.GetRequiredService<JobCosts>();
        costs.Observe(JobCostsTests.Heartbeat("sd15", "d"));
        costs.Observe(JobCostsTests.Completed("d", 1.5, 1));
        var measured = await SignalAsync(client, "sd15");

        Assert.Equal(new ScaleSignal("sd15", 12, 3, 4, false), guessed);
        Assert.Equal(new ScaleSignal("sdxl", 0, 0, 4, false), other);
        Assert.Equal(new ScaleSignal("sd15", 7.5, 3, 2.5, true), measured);
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
    }

    [Fact]
    public async Task Signal_OfWhatIsPaused_AsksForNothing()
    {
        await using var app = await StartAsync();
        using var client = ClientOf(app);
        var store = app.Services.GetRequiredService<IJobStore>();

        await store.PauseModelAsync("sd15", paused: true, default);
        await store.PauseModelAsync("sdxl", paused: true, default);
        await store.AdmitAsync([NewJob("sd15"), NewJob("sd15"), NewJob("sd15", "globex"), NewJob("sdxl")], default);

        Assert.Equal(new ScaleSignal("sd15", 0, 0, 4, false), await SignalAsync(client, "sd15"));
        await store.PauseTenantAsync("globex", paused: true, byOperator: true, default);
        await store.PauseModelAsync("sd15", paused: false, default);
        Assert.Equal(new ScaleSignal("sd15", 8, 2, 4, false), await SignalAsync(client, "sd15"));
        Assert.Equal(new ScaleSignal("sdxl", 0, 0, 4, false), await SignalAsync(client, "sdxl"));
    }

    [Fact]
    public async Task DeletionCost_IsWhatAWorkerHolds_AndIsToldOnce()
    {
        var calls = new ConcurrentQueue<string>();
        await using var cluster = await ClusterAsync(calls);
        await File.WriteAllTextAsync(Path.Combine(_folder, "token"), "t0ken\n");
        await File.WriteAllTextAsync(Path.Combine(_folder, "namespace"), "fleet");
        await using var store = JobStores.Open(new JobStoreOptions { Kind = JobStoreKind.Embedded, Path = Path.Combine(_folder, "jobs.db") });
        await store.MigrateAsync(default);
        using var pods = new KubernetesPods(new HttpClient { BaseAddress = new Uri(cluster.Urls.Single()) }, _folder);
        using var service = new DeletionCostService(store, pods, Options.Create(new ScaleOptions()), TimeProvider.System, NullLogger<DeletionCostService>.Instance);

        await BeatAsync(store, ("idle", 0), ("busy", 2), ("gone", 1));
        await service.TellAsync(default);
        await service.TellAsync(default);
        await BeatAsync(store, ("idle", 0), ("busy", 0), ("gone", 1));
        await service.TellAsync(default);

        Assert.Equal(["busy 0", "busy 2", "gone 1", "idle 0"], calls.Order(StringComparer.Ordinal));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task<WebApplication> StartAsync()
    {
        var app = CoordinatorHost.Build(
        [
            "--urls", "http://127.0.0.1:0", "--SdFleet:JobStore:Path", Path.Combine(_folder, "jobs.db"), "--SdFleet:Artifacts:Path", _folder,
            "--SdFleet:Models:0:Name", "sd15", "--SdFleet:Models:1:Name", "sdxl", "--SdFleet:Scale:SecondsPerJob", "4",
            "--SdFleet:Transport:Kind", "RabbitMq", "--SdFleet:Transport:Uri", "amqp://u:p@127.0.0.1:1",
        ]);
        await app.StartAsync();
        return app;
    }

    private static HttpClient ClientOf(WebApplication app) =>
        new() { BaseAddress = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()) };

    private static async Task<ScaleSignal?> SignalAsync(HttpClient client, string model) =>
        await client.GetFromJsonAsync<ScaleSignal>($"/v1/scale/{model}");

    private static async Task BeatAsync(IJobStore store, params (string Host, int Holds)[] workers) =>
        await store.RecordHeartbeatsAsync(
            [.. workers.Select(w => JobCostsTests.Heartbeat("sd15", "d", w.Host, w.Holds))], TimeProvider.System.GetUtcNow(), TimeSpan.FromMinutes(1), default);

    // Answers as Kubernetes' API server does, as far as this program asks.
    private static async Task<WebApplication> ClusterAsync(ConcurrentQueue<string> calls)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        app.Run(async context =>
        {
            var request = context.Request;
            Assert.Equal(("PATCH", "Bearer t0ken", "application/merge-patch+json; charset=utf-8"), (request.Method, request.Headers.Authorization.ToString(), request.ContentType));
            var body = await JsonDocument.ParseAsync(request.Body);
            var cost = body.RootElement.GetProperty("metadata").GetProperty("annotations").GetProperty("controller.kubernetes.io/pod-deletion-cost").GetString();
            var pod = request.Path.Value!["/api/v1/namespaces/fleet/pods/".Length..];
            calls.Enqueue($"{pod} {cost}");
            context.Response.StatusCode = pod == "gone" ? StatusCodes.Status404NotFound : StatusCodes.Status200OK;
        });
        await app.StartAsync();
        return app;
    }

    private static NewJob NewJob(string model, string tenant = "t")
    {
        var job = new ResolvedJob
        {
            Id = Guid.NewGuid(), Tenant = tenant, Lane = Lane.Normal, Images = 1, SubmittedAt = DateTimeOffset.UnixEpoch,
            Recipe = new Recipe { Model = model, Prompt = "p", Width = 64, Height = 64, Steps = 1, GuidanceScale = 1, Scheduler = "ddim", Seed = 1 },
        };
        return new NewJob { Job = job, ArtifactFolder = "d", Digest = JobDigest.Of(job), AdmittedAt = DateTimeOffset.UnixEpoch };
    }
}
