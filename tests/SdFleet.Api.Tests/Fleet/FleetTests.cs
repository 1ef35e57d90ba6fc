using System.Net.Http.Json;
using System.Text.Json.Nodes;
using SdFleet.Api.Tests.Support;
using SdFleet.Contracts.Workers;

namespace SdFleet.Api.Tests.Fleet;

public sealed class FleetTests
{
    [Fact]
    public async Task Models_WorkersAndJobs_AreCounted()
    {
        await using var api = await ApiServer.StartAsync();
        var now = DateTimeOffset.UtcNow;
        await api.AdmitAsync(StoredJob.Job(Guid.NewGuid()));
        await api.Jobs.ReleaseAsync("shapes", Contracts.Jobs.Lane.Normal, 1, StoredJob.Day, TimeSpan.FromHours(1), CancellationToken.None);
        await api.AdmitAsync(StoredJob.Job(Guid.NewGuid()));
        await api.AdmitAsync(StoredJob.Job(Guid.NewGuid()));
        await api.Jobs.RecordHeartbeatsAsync(
            [Heartbeat("busy", WorkerState.Busy, now), Heartbeat("loading", WorkerState.Starting, now), Heartbeat("gone", WorkerState.Stopped, now)],
            now, TimeSpan.FromMinutes(1), CancellationToken.None);
        await api.Jobs.RecordHeartbeatsAsync([Heartbeat("late", WorkerState.Idle, now.AddHours(-1))], now.AddHours(-1), TimeSpan.FromMinutes(1), CancellationToken.None);

        var models = await api.Client.GetFromJsonAsync<JsonArray>("/v1/models");

        var model = Assert.Single(models!)!;
        Assert.Equal("shapes", model["spec"]!["name"]!.GetValue<string>());
        Assert.Equal(50, model["spec"]!["maxSteps"]!.GetValue<int>());
        Assert.Equal((1, 2, 1), (model["workers"]!.GetValue<int>(), model["queued"]!.GetValue<int>(), model["inFlight"]!.GetValue<int>()));
    }

    [Fact]
    public async Task Workers_NoKeys_ShowsWhoIsAliveAndWhatTheyHold()
    {
        await using var api = await ApiServer.StartAsync();
        var now = DateTimeOffset.UtcNow;
        await api.Jobs.RecordHeartbeatsAsync([Heartbeat("busy", WorkerState.Busy, now)], now, TimeSpan.FromMinutes(1), CancellationToken.None);

        var worker = Assert.Single((await api.Client.GetFromJsonAsync<JsonArray>("/v1/workers"))!)!;

        Assert.True(worker["alive"]!.GetValue<bool>());
        Assert.Equal("busy", worker["heartbeat"]!["state"]!.GetValue<string>());
        Assert.Single(worker["heartbeat"]!["holds"]!.AsArray());
    }

    [Fact]
    public async Task Workers_WithKeys_HidesWhatTheyHold()
    {
        await using var api = await ApiServer.StartAsync(ApiServer.TwoKeys);
        using var client = api.ClientFor(ApiServer.AcmeKey);
        var now = DateTimeOffset.UtcNow;
        await api.Jobs.RecordHeartbeatsAsync([Heartbeat("busy", WorkerState.Busy, now)], now, TimeSpan.FromMinutes(1), CancellationToken.None);

        var worker = Assert.Single((await client.GetFromJsonAsync<JsonArray>("/v1/workers"))!)!;

        Assert.Empty(worker["heartbeat"]!["holds"]!.AsArray());
    }

    [Fact]
    public async Task Index_LinksWhatThereIs()
    {
        await using var api = await ApiServer.StartAsync();
        var index = await api.Client.GetFromJsonAsync<JsonObject>("/");

        foreach (var (name, link) in index!["links"]!.AsObject().Where(l => l.Key != "jobs"))
        {
            using var response = await api.Client.GetAsync(new Uri(link!.GetValue<string>(), UriKind.Relative));
            Assert.True(response.IsSuccessStatusCode, $"{name}: {response.StatusCode}");
        }
    }

    private static WorkerHeartbeat Heartbeat(string id, WorkerState state, DateTimeOffset at) => new()
    {
        WorkerId = id,
        Host = "h",
        Model = "shapes",
        ExecutionProvider = "CPU",
        Device = "test",
        RuntimeVersion = "1",
        Version = "1",
        State = state,
        Holds = [new HeldAttempt(Guid.NewGuid(), 1)],
        ImagesDone = 0,
        StartedAt = at,
        At = at,
    };
}
