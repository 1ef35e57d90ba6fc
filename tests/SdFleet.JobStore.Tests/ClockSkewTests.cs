using SdFleet.Contracts.Identity;
using SdFleet.Contracts.Webhooks;
using SdFleet.TestServers;

namespace SdFleet.JobStore.Tests;

/// <summary>Programs on one database whose clocks differ by an hour.</summary>
public sealed class ClockSkewTests() : StoreTests(JobStoreKind.Postgres)
{
    private const string Url = "https://example.org/hooks";

    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(40);
    private static readonly WebhookReceiver Receiver = new("acme", "example.org:443");
    private static readonly ShiftedClock Right = new(TimeSpan.Zero);
    private static readonly ShiftedClock Fast = new(TimeSpan.FromHours(1));
    private static readonly ShiftedClock Slow = new(TimeSpan.FromHours(-1));

    [Fact]
    public async Task Time_OfOneDatabase_IsOneForAllClocks()
    {
        var (fast, slow) = (await Open(Fast).GetTimeAsync(default), await Open(Slow).GetTimeAsync(default));

        Assert.InRange(slow - fast, TimeSpan.Zero, TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task Time_OfAFile_IsTheMachines()
    {
        await using var store = JobStores.Open(new JobStoreOptions { Kind = JobStoreKind.Embedded, Path = "jobs.db" }, Fast);

        Assert.InRange(await store.GetTimeAsync(default) - Right.GetUtcNow(), TimeSpan.FromMinutes(59), TimeSpan.FromMinutes(61));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public async Task Webhook_WrittenByAnotherClock_IsDueAtOnceAndClaimedForAll(int hours)
    {
        var other = new ShiftedClock(TimeSpan.FromHours(hours));
        var (writer, sender) = (Open(other), Open(Right));
        var id = await EndAsync(writer, other);

        var claimed = Assert.Single(await sender.ClaimWebhooksAsync(Receiver, 10, await sender.GetTimeAsync(default), Lease, default));

        Assert.Equal(DerivedId.ForWebhook(WebhookSubject.Job, id), claimed.Id);
        Assert.True(claimed.QueuedAt <= await sender.GetTimeAsync(default), $"{claimed.QueuedAt}");
        Assert.Empty(await writer.ListDueReceiversAsync(await writer.GetTimeAsync(default), 10, 10, default));
        Assert.Empty(await writer.ClaimWebhooksAsync(Receiver, 10, await writer.GetTimeAsync(default), Lease, default));
    }

    [Fact]
    public async Task Webhook_AskedForAgainByAFastClock_IsDueAtOnce()
    {
        var sender = Open(Right);
        await EndAsync(sender, Right);
        var claimed = Assert.Single(await sender.ClaimWebhooksAsync(Receiver, 10, await sender.GetTimeAsync(default), Lease, default));
        await sender.RecordWebhooksAsync(
            [new WebhookOutcome { Id = claimed.Id, Attempt = 1, State = WebhookState.Abandoned, IsFailure = true }], await sender.GetTimeAsync(default), default);

        Assert.True(await Open(Fast).RetryWebhookAsync(claimed.Id, Fast.GetUtcNow(), default));

        Assert.Single(await sender.ClaimWebhooksAsync(Receiver, 10, await sender.GetTimeAsync(default), Lease, default));
    }

    private static async Task<Guid> EndAsync(IJobStore store, ShiftedClock clock)
    {
        var job = Samples.Job(webhook: new Webhook { Url = Url });
        await store.AdmitAsync([job], default);
        await store.CancelAsync([job.Job.Id], clock.GetUtcNow(), default);
        return job.Job.Id;
    }
}
