using SdFleet.Contracts.Jobs;

namespace SdFleet.JobStore.Tests;

public abstract class EventTests(JobStoreKind kind) : StoreTests(kind)
{
    [Fact]
    public async Task Apply_StartedProgressCompleted_EndsWithEveryPicture()
    {
        var id = await ReleasedAsync(images: 2);

        Assert.Equal(EventResult.Applied, await ApplyAsync(Samples.Started(id)));
        var running = await FindAsync(id);
        Assert.Equal((JobState.Running, "w1", Now), (running.State, running.WorkerId, running.StartedAt));
        Assert.Equal(Now + RunningLease, running.LeaseUntil);

        Assert.Equal(EventResult.Applied, await ApplyAsync(Samples.Progress(id, 5)));
        Assert.Equal(0.25, (await FindAsync(id)).Progress);

        Assert.Equal(EventResult.Applied, await ApplyAsync(Samples.Completed(id, images: 2)));
        var done = await FindAsync(id);
        Assert.Equal((JobState.Completed, 1.0, Now), (done.State, done.Progress, done.FinishedAt));
        Assert.Null(done.LeaseUntil);
        Assert.Equal([Samples.Image(id, 0), Samples.Image(id, 1)], done.Images);
    }

    [Fact]
    public async Task Apply_AListForOneJob_GoesThroughAllOfIt()
    {
        var id = await ReleasedAsync();

        var outcomes = await Store.ApplyAsync(
            [Samples.Started(id), Samples.Progress(id, 3), Samples.Started(Guid.NewGuid()), Samples.Completed(id), Samples.Progress(id, 4)],
            Policy, Now, RunningLease, default);

        Assert.Equal(
            [EventResult.Applied, EventResult.Applied, EventResult.Unknown, EventResult.Applied, EventResult.Stale], outcomes.Select(o => o.Result));
        Assert.Equal([JobState.Running, JobState.Running, null, JobState.Completed, JobState.Completed], outcomes.Select(o => o.State));
    }

    [Fact]
    public async Task Apply_EverythingTwice_ChangesNothingTheSecondTime()
    {
        var id = await ReleasedAsync();
        JobEvent[] life = [Samples.Started(id), Samples.Progress(id, 3), Samples.Completed(id)];
        foreach (var @event in life)
        {
            Assert.Equal(EventResult.Applied, await ApplyAsync(@event));
            var before = await FindAsync(id);
            Assert.Equal(EventResult.Duplicate, await ApplyAsync(@event, Now.AddSeconds(9)));
            Assert.Equivalent(before, await FindAsync(id), strict: true);
        }
    }

    [Fact]
    public async Task Apply_InReverse_EndsTheSame()
    {
        var id = await ReleasedAsync();

        Assert.Equal(EventResult.Applied, await ApplyAsync(Samples.Completed(id)));
        Assert.Equal(EventResult.Stale, await ApplyAsync(Samples.Progress(id, 3)));
        Assert.Equal(EventResult.Stale, await ApplyAsync(Samples.Started(id)));

        Assert.Equal(JobState.Completed, (await FindAsync(id)).State);
    }

    [Fact]
    public async Task Apply_ProgressBeforeStarted_MeansThatItRuns()
    {
        var id = await ReleasedAsync();

        Assert.Equal(EventResult.Applied, await ApplyAsync(Samples.Progress(id, 3)));
        Assert.Equal(EventResult.Duplicate, await ApplyAsync(Samples.Started(id)));
        Assert.Equal(EventResult.Stale, await ApplyAsync(Samples.Progress(id, 2)));

        var found = await FindAsync(id);
        Assert.Equal((JobState.Running, 3), (found.State, found.Step));
    }

    [Fact]
    public async Task Apply_SecondWorkerTakesARedeliveredAttempt_HasItFromThenOn()
    {
        var id = await RunningAsync();
        await ApplyAsync(Samples.Progress(id, 9));

        Assert.Equal(EventResult.Applied, await ApplyAsync(Samples.Started(id, worker: "w2", at: Now.AddMinutes(1))));
        Assert.Equal(EventResult.Duplicate, await ApplyAsync(Samples.Started(id, worker: "w1")));

        var found = await FindAsync(id);
        Assert.Equal(("w2", 0), (found.WorkerId, found.Step));
    }

    [Fact]
    public async Task Apply_TransientFailures_BackOffAndThenFail()
    {
        var id = await AdmitAsync();
        var now = Now;
        for (var attempt = 1; attempt <= Policy.MaxFailures; attempt++)
        {
            Assert.Equal(attempt, Assert.Single(await ReleaseAsync(now: now)).Message.Attempt);
            await ApplyAsync(Samples.Started(id, attempt), now);
            Assert.Equal(EventResult.Applied, await ApplyAsync(Samples.Failed(id, attempt: attempt, reason: $"number {attempt}"), now));

            var found = await FindAsync(id);
            Assert.Equal((attempt, 0, $"number {attempt}"), (found.Failures, found.Evictions, found.Error));
            if (attempt < Policy.MaxFailures)
            {
                Assert.Equal(JobState.Queued, found.State);
                Assert.Equal(now + Policy.DelayAfterFailure(attempt, id, attempt), found.NextAttemptAt!.Value, TimeSpan.FromMilliseconds(1));
                now = found.NextAttemptAt!.Value;
            }
            else
            {
                Assert.Equal(JobState.Failed, found.State);
                Assert.NotNull(found.FinishedAt);
            }
        }

        Assert.Empty(await ReleaseAsync(now: now.AddDays(1)));
    }

    [Theory]
    [InlineData(ErrorClass.Permanent)]
    [InlineData(ErrorClass.Invalid)]
    public async Task Apply_FailureThatWillRepeat_FailsAtOnce(ErrorClass error)
    {
        var id = await RunningAsync();

        await ApplyAsync(Samples.Failed(id, error, reason: "no such scheduler"));

        var found = await FindAsync(id);
        Assert.Equal((JobState.Failed, 1, "no such scheduler"), (found.State, found.Failures, found.Error));
    }

    [Fact]
    public async Task Apply_Evictions_HaveTheirOwnCountAndCap()
    {
        var id = await AdmitAsync();
        var now = Now;
        for (var attempt = 1; attempt <= Policy.MaxEvictions; attempt++)
        {
            Assert.Single(await ReleaseAsync(now: now));
            await ApplyAsync(Samples.Failed(id, ErrorClass.Evicted, attempt, reason: "drained"), now);
            var found = await FindAsync(id);
            Assert.Equal((0, attempt), (found.Failures, found.Evictions));
            Assert.Equal(attempt == 1, found.NextAttemptAt is null && found.State == JobState.Queued);
            now = found.NextAttemptAt ?? now;
        }

        var given = await FindAsync(id);
        Assert.Equal(JobState.Failed, given.State);
        Assert.Contains("3 attempts whose workers went away", given.Error, StringComparison.Ordinal);
        Assert.Contains("drained", given.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Apply_StoreAwayMoreOftenThanAJobMayBeEvicted_WaitsLongerAndLongerAndCountsAsNothing()
    {
        var id = await AdmitAsync();
        var now = Now;
        for (var attempt = 1; attempt <= 15; attempt++)
        {
            Assert.Single(await ReleaseAsync(now: now));
            await ApplyAsync(Samples.Failed(id, ErrorClass.Evicted, attempt, reason: "the store is away") with { StoreAway = true }, now);
            var found = await FindAsync(id);
            Assert.Equal((JobState.Queued, 0, 0, "the store is away"), (found.State, found.Failures, found.Evictions, found.Error));
            var wait = found.NextAttemptAt!.Value - now;
            var full = TimeSpan.FromSeconds(Math.Min(Policy.BaseDelay.TotalSeconds * Math.Pow(2, attempt - 1), Policy.MaxDelay.TotalSeconds));
            Assert.InRange(wait, (full * (1 - Policy.Jitter)) - TimeSpan.FromMilliseconds(1), full + TimeSpan.FromMilliseconds(1));
            now = found.NextAttemptAt.Value;
        }

        Assert.Single(await ReleaseAsync(now: now));
        await ApplyAsync(Samples.Failed(id, ErrorClass.Evicted, attempt: 16, reason: "drained"), now);

        var drained = await FindAsync(id);
        Assert.Equal((JobState.Queued, 0, 1), (drained.State, drained.Failures, drained.Evictions));
    }

    [Fact]
    public async Task Apply_FailureTwice_CountsOnce()
    {
        var id = await RunningAsync();

        Assert.Equal(EventResult.Applied, await ApplyAsync(Samples.Failed(id)));
        Assert.Equal(EventResult.Duplicate, await ApplyAsync(Samples.Failed(id)));

        Assert.Equal(1, (await FindAsync(id)).Failures);
    }

    [Fact]
    public async Task Apply_EventsOfAnOlderAttempt_DoNothing()
    {
        var id = await RunningAsync();
        await ApplyAsync(Samples.Failed(id, ErrorClass.Evicted));
        Assert.Single(await ReleaseAsync());
        await ApplyAsync(Samples.Started(id, attempt: 2, worker: "w2"));

        Assert.Equal(EventResult.Stale, await ApplyAsync(Samples.Started(id, attempt: 1)));
        Assert.Equal(EventResult.Stale, await ApplyAsync(Samples.Progress(id, 19, attempt: 1)));
        Assert.Equal(EventResult.Stale, await ApplyAsync(Samples.Failed(id, ErrorClass.Permanent, attempt: 1)));

        var found = await FindAsync(id);
        Assert.Equal((JobState.Running, 2, "w2", 0), (found.State, found.Attempt, found.WorkerId, found.Step));
    }

    [Fact]
    public async Task Apply_LateSuccessOfAnOlderAttempt_Counts()
    {
        var queued = await RunningAsync();
        await ApplyAsync(Samples.Failed(queued));
        var superseded = await RunningAsync();
        await ApplyAsync(Samples.Failed(superseded, ErrorClass.Evicted));
        await ReleaseAsync(max: 1);

        Assert.Equal(EventResult.Applied, await ApplyAsync(Samples.Completed(queued)));
        Assert.Equal(EventResult.Applied, await ApplyAsync(Samples.Completed(superseded)));
        Assert.Equal(EventResult.Stale, await ApplyAsync(Samples.Failed(superseded, attempt: 2)));
        Assert.Equal(EventResult.Duplicate, await ApplyAsync(Samples.Completed(superseded, attempt: 2)));

        Assert.Equal(JobState.Completed, (await FindAsync(queued)).State);
        Assert.Null((await FindAsync(queued)).NextAttemptAt);
        Assert.Equal(1, Assert.Single((await FindAsync(superseded)).Images).Attempt);
        Assert.Empty(await ReleaseAsync(now: Now.AddDays(1)));
    }

    [Fact]
    public async Task Apply_SuccessAfterTheJobFailed_IsStale()
    {
        var id = await RunningAsync();
        await ApplyAsync(Samples.Failed(id, ErrorClass.Permanent));

        Assert.Equal(EventResult.Stale, await ApplyAsync(Samples.Completed(id)));

        Assert.Equal(JobState.Failed, (await FindAsync(id)).State);
        Assert.Empty((await FindAsync(id)).Images);
    }

    [Theory]
    [InlineData(new int[0])]
    [InlineData(new[] { 0 })]
    [InlineData(new[] { 0, 0 })]
    [InlineData(new[] { 1, 2 })]
    [InlineData(new[] { -1, 0 })]
    [InlineData(new[] { 0, 1, 2 })]
    public async Task Apply_SuccessWithoutExactlyItsPictures_IsRefused(int[] indexes)
    {
        var id = await RunningAsync(images: 2);
        var report = Samples.Completed(id) with { Images = [.. indexes.Select(i => Samples.Image(id, i))] };

        var outcome = Assert.Single(await Store.ApplyAsync([report], Policy, Now, RunningLease, default));

        Assert.Equal((EventResult.Refused, JobState.Running), (outcome.Result, outcome.State));
        Assert.Contains("the job asks for", outcome.Reason, StringComparison.Ordinal);
        Assert.Null(await Store.FindImageAsync(id, 0, default));
    }

    [Fact]
    public async Task Apply_AttemptThatWasNeverReleased_IsRefused()
    {
        var id = await ReleasedAsync();

        Assert.Equal(EventResult.Refused, await ApplyAsync(Samples.Started(id, attempt: 2)));
        Assert.Equal(EventResult.Refused, await ApplyAsync(Samples.Failed(id, attempt: 2)));

        Assert.Equal(JobState.Released, (await FindAsync(id)).State);
    }

    [Fact]
    public async Task Apply_ReasonThatNoDatabaseHolds_IsKeptAsFarAsItGoes()
    {
        var id = await RunningAsync();

        await ApplyAsync(Samples.Failed(id, ErrorClass.Permanent, reason: "bytes: \0\u0001\ud800 end"));

        Assert.StartsWith("bytes: \uFFFD", (await FindAsync(id)).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancel_AnyLivingState_IsFinal()
    {
        var running = await RunningAsync();
        var released = await ReleasedAsync();
        var queued = await AdmitAsync();
        var unknown = Guid.NewGuid();

        var outcomes = await Store.CancelAsync([running, released, queued, unknown], Now, default);

        Assert.Equal(
            [
                new CancelOutcome(running, CancelResult.Cancelled, JobState.Cancelled, 1, WasInFlight: true),
                new CancelOutcome(released, CancelResult.Cancelled, JobState.Cancelled, 1, WasInFlight: true),
                new CancelOutcome(queued, CancelResult.Cancelled, JobState.Cancelled, 0, WasInFlight: false),
                new CancelOutcome(unknown, CancelResult.Unknown, null, 0, WasInFlight: false),
            ],
            outcomes);
        Assert.Empty(await ReleaseAsync());
        foreach (var id in new[] { running, released })
        {
            Assert.Equal(EventResult.Stale, await ApplyAsync(Samples.Started(id)));
            Assert.Equal(EventResult.Stale, await ApplyAsync(Samples.Failed(id)));
            Assert.Equal(EventResult.Stale, await ApplyAsync(Samples.Completed(id)));
            Assert.Equal(JobState.Cancelled, (await FindAsync(id)).State);
        }

        Assert.Equal(CancelResult.AlreadyOver, Assert.Single(await Store.CancelAsync([running], Now, default)).Result);
    }

    [Fact]
    public async Task Apply_TheSameEventsByFourCoordinators_CountOnce()
    {
        var ids = new List<Guid>();
        for (var i = 0; i < 20; i++)
        {
            ids.Add(await ReleasedAsync(images: 2));
        }

        var random = new Random(5);
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ =>
        {
            JobEvent[] events = [.. ids.SelectMany(id => new JobEvent[] { Samples.Started(id), Samples.Completed(id, images: 2) })];
            random.Shuffle(events);
            return Task.Run(() => Open().ApplyAsync(events, Policy, Now, RunningLease, default));
        }));

        Assert.Equal(20, outcomes.SelectMany(o => o).Count(o => o.Result == EventResult.Applied && o.State == JobState.Completed));
        Assert.All(await Task.WhenAll(ids.Select(FindAsync)), job => Assert.Equal((JobState.Completed, 2), (job.State, job.Images.Count)));
    }
}

public sealed class EmbeddedEventTests() : EventTests(JobStoreKind.Embedded);

public sealed class PostgresEventTests() : EventTests(JobStoreKind.Postgres);
