using SdFleet.Contracts.Jobs;
using SdFleet.Contracts.Workers;

namespace SdFleet.JobStore.Tests;

public abstract class WorkerTests(JobStoreKind kind) : StoreTests(kind)
{
    [Fact]
    public async Task RecordHeartbeats_NewWorkers_AreListedById()
    {
        var heartbeats = new[] { Samples.Heartbeat("w2"), Samples.Heartbeat("w1") };

        Assert.Empty(await BeatAsync(Now, heartbeats));

        var workers = await Store.ListWorkersAsync(Now, default);
        Assert.Equal(["w1", "w2"], workers.Select(w => w.Heartbeat.WorkerId));
        Assert.All(workers, w => Assert.True(w.Alive));
        Assert.Equivalent(heartbeats[1], workers[0].Heartbeat, strict: true);
        Assert.All(await Store.ListWorkersAsync(Now + RunningLease, default), w => Assert.False(w.Alive));
    }

    [Fact]
    public async Task RecordHeartbeats_OlderThanStored_DoesNothing()
    {
        var id = await RunningAsync();
        await BeatAsync(Now, Samples.Heartbeat(at: Now, state: WorkerState.Idle));

        await BeatAsync(Now.AddMinutes(5), Samples.Heartbeat(at: Now.AddSeconds(-1), holds: new HeldAttempt(id, 1)));

        Assert.Equal(WorkerState.Idle, Assert.Single(await Store.ListWorkersAsync(Now, default)).Heartbeat.State);
        Assert.Equal(Now + RunningLease, (await FindAsync(id)).LeaseUntil);
    }

    [Fact]
    public async Task RecordHeartbeats_SeveralOfOneWorker_KeepsTheNewest()
    {
        await BeatAsync(
            Now,
            Samples.Heartbeat(at: Now.AddSeconds(1), state: WorkerState.Busy),
            Samples.Heartbeat(at: Now.AddSeconds(3), state: WorkerState.Draining),
            Samples.Heartbeat(at: Now.AddSeconds(2), state: WorkerState.Idle));

        Assert.Equal(WorkerState.Draining, Assert.Single(await Store.ListWorkersAsync(Now, default)).Heartbeat.State);
    }

    [Fact]
    public async Task RecordHeartbeats_Stopped_IsNotAlive()
    {
        await BeatAsync(Now, Samples.Heartbeat(state: WorkerState.Stopped));

        Assert.False(Assert.Single(await Store.ListWorkersAsync(Now, default)).Alive);
    }

    [Fact]
    public async Task RecordHeartbeats_HeldAttempts_RenewsTheirLeases()
    {
        var running = await RunningAsync();
        var released = await ReleasedAsync();
        var later = Now.AddSeconds(20);

        Assert.Empty(await BeatAsync(later, Samples.Heartbeat(holds: [new HeldAttempt(running, 1), new HeldAttempt(released, 1)])));

        Assert.Equal(later + RunningLease, (await FindAsync(running)).LeaseUntil);
        Assert.Equal(Now + ReleaseLease, (await FindAsync(released)).LeaseUntil);
    }

    [Fact]
    public async Task RecordHeartbeats_AttemptsThatAreOver_AreNamed()
    {
        var cancelled = await RunningAsync();
        await Store.CancelAsync([cancelled], Now, default);
        var superseded = await RunningAsync();
        await Store.ExpireLeasesAsync(Policy, Now.AddHours(1), 10, default);
        await ReleaseAsync();
        var unknown = Guid.NewGuid();

        var unwanted = await BeatAsync(
            Now, Samples.Heartbeat(holds: [new HeldAttempt(cancelled, 1), new HeldAttempt(superseded, 1), new HeldAttempt(unknown, 1)]));

        Assert.Equal(
            [
                new UnwantedAttempt("w1", cancelled, 1, JobState.Cancelled),
                new UnwantedAttempt("w1", superseded, 1, JobState.Released),
                new UnwantedAttempt("w1", unknown, 1, null),
            ],
            unwanted);
    }

    [Fact]
    public async Task ExpireLeases_RunningPastItsLease_IsEvicted()
    {
        var id = await RunningAsync();
        Assert.Empty(await Store.ExpireLeasesAsync(Policy, Now + RunningLease - TimeSpan.FromSeconds(1), 10, default));

        var expired = await Store.ExpireLeasesAsync(Policy, Now + RunningLease, 10, default);

        Assert.Equal([new ExpiredAttempt(id, 1, "w1", JobState.Queued)], expired);
        var found = await FindAsync(id);
        Assert.Equal((JobState.Queued, 0, 1), (found.State, found.Failures, found.Evictions));
        Assert.Contains("w1", found.Error, StringComparison.Ordinal);
        Assert.Empty(await Store.ExpireLeasesAsync(Policy, Now.AddHours(1), 10, default));
        Assert.Equal(2, Assert.Single(await ReleaseAsync(now: Now.AddHours(1))).Message.Attempt);
    }

    [Fact]
    public async Task ExpireLeases_ReleasedAndNeverStarted_IsEvictedAfterItsOwnLease()
    {
        var id = await ReleasedAsync();
        Assert.Empty(await Store.ExpireLeasesAsync(Policy, Now + ReleaseLease - TimeSpan.FromSeconds(1), 10, default));

        Assert.Equal([new ExpiredAttempt(id, 1, null, JobState.Queued)], await Store.ExpireLeasesAsync(Policy, Now + ReleaseLease, 10, default));
    }

    [Fact]
    public async Task ExpireLeases_AgainAndAgain_EndsAtTheCap()
    {
        var id = await AdmitAsync();
        var now = Now;
        for (var i = 0; i < Policy.MaxEvictions; i++)
        {
            now += TimeSpan.FromHours(1);
            Assert.Single(await ReleaseAsync(now: now));
            now += TimeSpan.FromHours(1);
            Assert.Single(await Store.ExpireLeasesAsync(Policy, now, 10, default));
        }

        Assert.Equal(JobState.Failed, (await FindAsync(id)).State);
    }

    [Fact]
    public async Task ExpireLeases_MoreThanAskedFor_TakesTheLongestOverdueFirst()
    {
        var first = await RunningAsync();
        var second = await ReleasedAsync();

        Assert.Equal([first], (await Store.ExpireLeasesAsync(Policy, Now.AddDays(1), 1, default)).Select(e => e.JobId));
        Assert.Equal([second], (await Store.ExpireLeasesAsync(Policy, Now.AddDays(1), 1, default)).Select(e => e.JobId));
    }

    [Fact]
    public async Task ForgetWorkers_NotSeenForLong_AreGone()
    {
        await BeatAsync(Now, Samples.Heartbeat("old"));
        await BeatAsync(Now.AddHours(1), Samples.Heartbeat("new"));

        Assert.Equal(1, await Store.ForgetWorkersAsync(Now.AddMinutes(30), default));

        Assert.Equal("new", Assert.Single(await Store.ListWorkersAsync(Now, default)).Heartbeat.WorkerId);
    }

    private Task<IReadOnlyList<UnwantedAttempt>> BeatAsync(DateTimeOffset now, params WorkerHeartbeat[] heartbeats) =>
        Store.RecordHeartbeatsAsync(heartbeats, now, RunningLease, default);
}

public sealed class EmbeddedWorkerTests() : WorkerTests(JobStoreKind.Embedded);

public sealed class PostgresWorkerTests() : WorkerTests(JobStoreKind.Postgres);
