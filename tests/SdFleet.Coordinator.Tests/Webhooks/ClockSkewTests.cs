using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using SdFleet.Contracts.Webhooks;
using SdFleet.JobStore;
using SdFleet.TestServers;
using SdFleet.TestServers.Webhooks;

namespace SdFleet.Coordinator.Tests.Webhooks;

/// <summary>Deliveries of coordinators on one database whose clocks differ by an hour.</summary>
public sealed class ClockSkewTests : IAsyncLifetime
{
    private static readonly ShiftedClock Fast = new(TimeSpan.FromHours(1));

    private PostgresDatabase _database = null!;
    private WebhookInbox _receiver = null!;

    private (string Key, string Value)[] Settings =>
        [.. WebhookFixture.Settings, ("SdFleet:JobStore:Kind", "Postgres"), ("SdFleet:JobStore:ConnectionString", _database.ConnectionString)];

    public async Task InitializeAsync()
    {
        _database = await (await PostgresServer.GetAsync()).CreateDatabaseAsync();
        _receiver = await WebhookInbox.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await _receiver.DisposeAsync();
        await _database.DisposeAsync();
    }

    // Each a few times longer in hand than the coordinators' looks are apart.
    [Fact]
    public async Task Webhooks_WhicheverClockWroteThem_AreEachSentOnce()
    {
        _receiver.OnReceived = async (_, response) =>
        {
            await Task.Delay(300);
            response.StatusCode = StatusCodes.Status204NoContent;
        };
        await using var right = await CoordinatorFixture.StartAsync(Settings);
        await using var fast = await CoordinatorFixture.StartAsync(services => services.AddSingleton<TimeProvider>(Fast), Settings);
        const int Each = 10;

        await EndAsync(right.Store, TimeProvider.System, Each);
        await EndAsync(fast.Store, Fast, Each);

        await CoordinatorFixture.UntilAsync(
            async () => (await right.Store.ListWebhooksAsync(null, WebhookState.Delivered, null, 100, default)).Count == 2 * Each, "every delivery");
        await Task.Delay(500);
        Assert.Equal(2 * Each, _receiver.Received.Select(r => r.Id).Distinct().Count());
        Assert.Equal(2 * Each, _receiver.Received.Count);
    }

    [Fact]
    public async Task Webhook_OfACoordinatorWithAFastClock_IsSentByAnotherAtOnce()
    {
        await using var right = await CoordinatorFixture.StartAsync(Settings);
        await using var fast = JobStores.Open(new JobStoreOptions { Kind = JobStoreKind.Postgres, ConnectionString = _database.ConnectionString }, Fast);

        await EndAsync(fast, Fast, count: 1);

        Assert.Single(await _receiver.WaitForAsync(1));
    }

    private async Task EndAsync(IJobStore store, TimeProvider clock, int count)
    {
        var jobs = Enumerable.Range(0, count).Select(i => WebhookFixture.Job(_receiver.UrlOf($"/{i}"))).ToList();
        await store.AdmitAsync(jobs, default);
        await store.CancelAsync([.. jobs.Select(j => j.Job.Id)], clock.GetUtcNow(), default);
    }
}
