using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using SdFleet.Contracts;
using SdFleet.Contracts.Api;
using SdFleet.ShapesModel;
using SdFleet.TestServers;
using SdFleet.TestServers.Telemetry;

namespace SdFleet.Fleet.Tests;

/// <summary>Api, coordinator and two workers as processes of their own, on RabbitMQ, PostgreSQL and Azurite.</summary>
public sealed class RealServersTests
{
    // What one job passes through, as (service, span); every one of them must be in the one trace of its request.
    private static readonly (string Service, string Span)[] Way =
    [
        ("sdfleet-api", "POST /v1/jobs"),
        ("sdfleet-api", "sdfleet.submit send"),
        ("sdfleet-coordinator", "sdfleet.submit receive"),
        ("sdfleet-coordinator", "admit"),
        ("sdfleet-coordinator", "release"),
        ("sdfleet-coordinator", "sdfleet.work send"),
        ("sdfleet-worker", "sdfleet.work.shapes.normal receive"),
        ("sdfleet-worker", "generate"),
        ("sdfleet-worker", "text_encode"),
        ("sdfleet-worker", "denoise"),
        ("sdfleet-worker", "vae_decode"),
        ("sdfleet-worker", "upload"),
        ("sdfleet-worker", "sdfleet.events send"),
        ("sdfleet-coordinator", "sdfleet.events receive"),
    ];

    // One from each room and one from each library that has some.
    private static readonly string[] Metrics =
    [
        "sdfleet.worker.images",
        "sdfleet.worker.pass.duration",
        "sdfleet.coordinator.submissions",
        "sdfleet.coordinator.releases",
        "http.server.request.duration",
        "messaging.masstransit.consume",
        "dotnet.gc.collections",
    ];

    [Fact]
    public async Task TwentyJobs_OnSeparateProcesses_BecomeCorrectPicturesInAzuriteUnderOneTraceEach()
    {
        await using var broker = await (await RabbitMqServer.GetAsync()).CreateVirtualHostAsync();
        await using var database = await (await PostgresServer.GetAsync()).CreateDatabaseAsync();
        await using var container = (await AzuriteServer.GetAsync()).NameContainer();
        await using var telemetry = await OtlpReceiver.StartAsync();
        var settings = new Dictionary<string, string?>(telemetry.Environment)
        {
            ["SdFleet__Transport__Kind"] = "RabbitMq",
            ["SdFleet__Transport__Uri"] = broker.Uri.ToString(),
            ["SdFleet__JobStore__Kind"] = "Postgres",
            ["SdFleet__JobStore__ConnectionString"] = database.ConnectionString,
            ["SdFleet__Artifacts__Kind"] = "AzureBlob",
            ["SdFleet__Artifacts__ConnectionString"] = container.ConnectionString,
            ["SdFleet__Artifacts__Container"] = container.Name,
            ["SdFleet__Models__0__Name"] = "shapes",
            ["SdFleet__Models__0__Path"] = ShapesModelFolder.Path,
            ["SdFleet__Worker__HeartbeatInterval"] = "00:00:01",
            ["SdFleet__Worker__Threads"] = "1",
        };

        await using var coordinator = await FleetProcess.StartServiceAsync("SdFleet.Coordinator", settings);
        await using var first = await FleetProcess.StartServiceAsync("SdFleet.Worker", settings);
        await using var second = await FleetProcess.StartServiceAsync("SdFleet.Worker", settings);
        await using var api = await FleetProcess.StartServiceAsync("SdFleet.Api", settings);
        using var client = new HttpClient { BaseAddress = api.Address };

        var jobs = await FleetScenario.RunAsync(client, async name =>
            (await container.Client.GetBlobClient(name).DownloadContentAsync()).Value.Content.ToArray());

        var blobs = new List<string>();
        await foreach (var blob in container.Client.GetBlobsAsync())
        {
            blobs.Add(blob.Name);
        }

        Assert.Equal(jobs.SelectMany(j => j.Images).Select(i => i.Record.Artifact).Order(StringComparer.Ordinal), blobs.Order(StringComparer.Ordinal));
        Assert.Equal(2, jobs.Select(j => j.WorkerId).Distinct().Count());

        var workers = await client.GetFromJsonAsync<JsonElement>("/v1/workers");
        Assert.Equal(2, workers.EnumerateArray().Count());
        var models = await client.GetFromJsonAsync<List<ModelView>>("/v1/models", ContractsJson.Options);
        Assert.Equal(("shapes", 2), (models![0].Spec.Name, models[0].Workers));

        await AssertTracesAsync(telemetry, jobs);
        await telemetry.WaitForMetricsAsync(all => Metrics.All(name => all.Any(m => m.Name == name)));
    }

    private static async Task AssertTracesAsync(OtlpReceiver telemetry, IReadOnlyList<JobView> jobs)
    {
        foreach (var job in jobs)
        {
            var traceId = job.Images[0].Record.TraceId!;
            await telemetry.WaitForSpansAsync(all => Way.All(step => all.Any(s => s.TraceId == traceId && Is(s, step))));

            // A span comes when it ends, and so before the one that it is part of.
            var waited = Stopwatch.StartNew();
            var spans = telemetry.Trace(traceId);
            while (CountRoots(spans) != 1 && waited.Elapsed < TimeSpan.FromMinutes(1))
            {
                await Task.Delay(100);
                spans = telemetry.Trace(traceId);
            }

            Assert.True(CountRoots(spans) == 1, $"One trace has one root, job {job.Id} has {CountRoots(spans)}:\n{OtlpReceiver.Describe(spans)}");
        }
    }

    private static int CountRoots(IReadOnlyList<ReceivedSpan> spans)
    {
        var ids = spans.Select(s => s.SpanId).ToHashSet();
        return spans.Count(s => s.ParentSpanId is null || !ids.Contains(s.ParentSpanId));
    }

    private static bool Is(ReceivedSpan span, (string Service, string Span) step) =>
        span.Service == step.Service && span.Name.StartsWith(step.Span, StringComparison.Ordinal);
}
