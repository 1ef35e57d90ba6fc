using System.Collections.Concurrent;
using SdFleet.Contracts.Jobs;
using SdFleet.Contracts.Workers;

namespace SdFleet.JobStore.Tests;

public abstract class ReleaseTests(JobStoreKind kind) : StoreTests(kind)
{
    [Fact]
    public async Task Release_QueuedJob_GivesTheWholeMessage()
    {
        var job = Samples.Job(images: 2);
        await Store.AdmitAsync([job], default);

        var released = Assert.Single(await ReleaseAsync());

        Assert.Equal(job.Traceparent, released.Traceparent);
        Assert.Equal(
            new GenerateImages
            {
                JobId = job.Job.Id,
                Attempt = 1,
                Tenant = "acme",
                Lane = Lane.Normal,
                Recipe = job.Job.Recipe,
                Images = 2,
                ArtifactFolder = job.ArtifactFolder,
                SubmittedAt = job.Job.SubmittedAt,
                ReleasedAt = Now,
            },
            released.Message);
        var found = await FindAsync(job.Job.Id);
        Assert.Equal((JobState.Released, 1, Now, Now + ReleaseLease), (found.State, found.Attempt, found.ReleasedAt, found.LeaseUntil));
    }

    [Fact]
    public async Task Release_ManyJobs_GoesByAdmission()
    {
        var jobs = Enumerable.Range(0, 50).Select(_ => Samples.Job()).ToList();
        await Store.AdmitAsync([.. jobs.Take(20)], default);
        await Store.AdmitAsync([.. jobs.Skip(20)], default);

        var released = new List<ReleasedJob>();
        while (await ReleaseAsync(max: 7) is { Count: > 0 } some)
        {
            released.AddRange(some);
        }

        Assert.Equal(jobs.Select(j => j.Job.Id), released.Select(r => r.Message.JobId));
    }

    [Fact]
    public async Task Release_OtherModelsAndLanes_StayQueued()
    {
        var wanted = Samples.Job();
        await Store.AdmitAsync([Samples.Job(model: "sd15"), Samples.Job(lane: Lane.Bulk), Samples.Job(lane: Lane.Interactive), wanted], default);

        Assert.Equal(wanted.Job.Id, Assert.Single(await ReleaseAsync()).Message.JobId);
        Assert.Single(await Store.ReleaseAsync("sd15", Lane.Normal, 10, Now, ReleaseLease, default));
        Assert.Single(await Store.ReleaseAsync(Samples.Model, Lane.Bulk, 10, Now, ReleaseLease, default));
        Assert.Equal(0, await CountAsync("sd15", JobState.Queued));
    }

    [Fact]
    public async Task Release_NothingAskedFor_ReleasesNothing()
    {
        await AdmitAsync();

        Assert.Empty(await ReleaseAsync(max: 0));
        Assert.Empty(await ReleaseAsync(max: -1));
    }

    [Fact]
    public async Task Release_AfterAFailure_WaitsAndThenGoesFirst()
    {
        var first = await RunningAsync();
        var second = await AdmitAsync();
        await ApplyAsync(Samples.Failed(first));
        var due = (await FindAsync(first)).NextAttemptAt!.Value;
        Assert.True(due > Now);

        Assert.Equal(second, Assert.Single(await ReleaseAsync(now: due.AddMilliseconds(-1))).Message.JobId);
        await AdmitAsync();

        var released = await ReleaseAsync(max: 1, now: due);
        Assert.Equal((first, 2), (released[0].Message.JobId, released[0].Message.Attempt));
        Assert.Null((await FindAsync(first)).NextAttemptAt);
    }

    [Fact]
    public async Task Release_ByFourCoordinatorsAtOnce_NeverGivesAJobTwice()
    {
        const int Jobs = 1000;
        await Store.AdmitAsync([.. Enumerable.Range(0, Jobs).Select(_ => Samples.Job())], default);
        var released = new ConcurrentBag<Guid>();

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            var store = Open();
            while (released.Count < Jobs)
            {
                foreach (var job in await store.ReleaseAsync(Samples.Model, Lane.Normal, 13, Now, ReleaseLease, default))
                {
                    Assert.Equal(1, job.Message.Attempt);
                    released.Add(job.Message.JobId);
                }
            }
        })));

        Assert.Equal(Jobs, released.Count);
        Assert.Equal(Jobs, released.Distinct().Count());
        Assert.Equal(Jobs, await Store.InFlightAsync(Samples.Model, default));
    }

    [Fact]
    public async Task Return_UnpublishedAttempt_IsQueuedAgainUncounted()
    {
        var id = await ReleasedAsync();

        Assert.Equal(1, await Store.ReturnAsync([new HeldAttempt(id, 1), new HeldAttempt(id, 1), new HeldAttempt(Guid.NewGuid(), 1)], default));

        var found = await FindAsync(id);
        Assert.Equal((JobState.Queued, 0, 0), (found.State, found.Failures, found.Evictions));
        Assert.Null(found.LeaseUntil);

        // The broker may have taken the message all the same: its number is not used again.
        Assert.Equal(2, Assert.Single(await ReleaseAsync()).Message.Attempt);
        Assert.Equal(EventResult.Stale, await ApplyAsync(Samples.Started(id, attempt: 1)));
    }

    [Fact]
    public async Task Return_AnAttemptThatStartedOrIsOver_DoesNothing()
    {
        var running = await RunningAsync();
        var done = await ReleasedAsync();
        await ApplyAsync(Samples.Completed(done));

        Assert.Equal(0, await Store.ReturnAsync([new HeldAttempt(running, 1), new HeldAttempt(done, 1)], default));

        Assert.Equal(JobState.Running, (await FindAsync(running)).State);
        Assert.Equal(JobState.Completed, (await FindAsync(done)).State);
    }

    [Fact]
    public async Task Count_ThroughALife_FollowsTheStates()
    {
        var id = await AdmitAsync();
        await AdmitAsync();
        Assert.Equal([new JobCount(Samples.Model, Lane.Normal, JobState.Queued, 2)], await Store.CountAsync(default));
        Assert.Equal(0, await Store.InFlightAsync(Samples.Model, default));

        await ReleaseAsync(max: 1);
        await ApplyAsync(Samples.Started(id));
        await ApplyAsync(Samples.Progress(id, 5));
        Assert.Equal(1, await CountAsync(Samples.Model, JobState.Queued));
        Assert.Equal(1, await CountAsync(Samples.Model, JobState.Running));
        Assert.Equal(1, await Store.InFlightAsync(Samples.Model, default));

        await ApplyAsync(Samples.Completed(id));
        Assert.Equal(0, await CountAsync(Samples.Model, JobState.Running));
        Assert.Equal(1, await CountAsync(Samples.Model, JobState.Completed));
        Assert.Equal(0, await Store.InFlightAsync(Samples.Model, default));
    }

    private async Task<long> CountAsync(string model, JobState state) =>
        (await Store.CountAsync(default)).Where(c => c.Model == model && c.State == state && c.Lane == Lane.Normal).Sum(c => c.Jobs);
}

public sealed class EmbeddedReleaseTests() : ReleaseTests(JobStoreKind.Embedded);

public sealed class PostgresReleaseTests() : ReleaseTests(JobStoreKind.Postgres);
