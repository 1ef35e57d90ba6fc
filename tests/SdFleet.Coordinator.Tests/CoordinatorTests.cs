using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using SdFleet.Contracts;
using SdFleet.Contracts.Events;
using SdFleet.Contracts.Jobs;
using SdFleet.Contracts.Workers;
using SdFleet.Coordinator.Release;

namespace SdFleet.Coordinator.Tests;

public sealed class CoordinatorTests
{
    [Fact]
    public async Task Submission_Valid_IsReleasedCompleteAndOnce()
    {
        await using var fleet = await CoordinatorFixture.StartAsync();
        var id = Guid.NewGuid();

        await fleet.Publisher.SubmitAsync(new SubmitJob { Id = id, Tenant = "acme", Prompt = "a red circle", Images = 2, Seed = 7 }, CoordinatorFixture.Soon());
        await fleet.UntilReleasedAsync(1);
        await Task.Delay(300);

        var work = Assert.Single(fleet.Released);
        Assert.Equal((id, 1, "acme", Lane.Normal, 2), (work.JobId, work.Attempt, work.Tenant, work.Lane, work.Images));
        Assert.Equal(
            new Recipe { Model = "shapes", Prompt = "a red circle", Width = 512, Height = 512, Steps = 30, GuidanceScale = 7.5, Scheduler = "ddim", Seed = 7 },
            work.Recipe);
    }

    [Fact]
    public async Task Submission_TwiceUnderOneId_IsOneJob()
    {
        await using var fleet = await CoordinatorFixture.StartAsync();
        var job = new SubmitJob { Id = Guid.NewGuid(), Prompt = "a red circle" };

        await fleet.Publisher.SubmitAsync(job, CoordinatorFixture.Soon());
        await fleet.Publisher.SubmitAsync(job, CoordinatorFixture.Soon());
        await fleet.UntilReleasedAsync(1);
        await Task.Delay(300);

        Assert.Single(fleet.Released);
        Assert.Empty(fleet.Rejected);
    }

    [Fact]
    public async Task Submission_AnotherBodyUnderOneId_IsRejectedAndTheFirstStays()
    {
        await using var fleet = await CoordinatorFixture.StartAsync();
        var id = Guid.NewGuid();

        await fleet.Publisher.SubmitAsync(new SubmitJob { Id = id, Prompt = "a red circle" }, CoordinatorFixture.Soon());
        await fleet.UntilReleasedAsync(1);
        await fleet.Publisher.SubmitAsync(new SubmitJob { Id = id, Prompt = "a blue square" }, CoordinatorFixture.Soon());
        await CoordinatorFixture.UntilAsync(() => Task.FromResult(!fleet.Rejected.IsEmpty), "a rejection");

        Assert.Equal("id", Assert.Single(Assert.Single(fleet.Rejected).Errors).Field);
        Assert.Equal("a red circle", (await fleet.Store.FindJobAsync(id, CoordinatorFixture.Soon()))!.Recipe!.Prompt);
    }

    [Theory]
    [InlineData("not json", "body")]
    [InlineData("[]", "body")]
    [InlineData("""{"prompt":"p"}""", "id")]
    [InlineData("""{"id":"6c0e1f7e-5d6a-4b1c-9e59-3a2f4d5e6f70","prompt":"p","steps":0,"wdith":5}""", "steps,wdith")]
    [InlineData("""{"id":"6c0e1f7e-5d6a-4b1c-9e59-3a2f4d5e6f70","prompt":"p","model":"nope"}""", "model")]
    public async Task Submission_BreaksTheContract_EndsInTheRejectedQueueWithEveryReason(string body, string fields)
    {
        await using var fleet = await CoordinatorFixture.StartAsync();

        await fleet.SendRawAsync(body);
        await CoordinatorFixture.UntilAsync(() => Task.FromResult(!fleet.Rejected.IsEmpty), "a rejection");

        var rejection = Assert.Single(fleet.Rejected);
        Assert.Equal(fields.Split(','), rejection.Errors.Select(e => e.Field).Order());
        Assert.Equal(body, rejection.Body);
        if (rejection.JobId is { } id)
        {
            Assert.Equal(JobState.Rejected, (await fleet.Store.FindJobAsync(id, CoordinatorFixture.Soon()))!.State);
        }
    }

    [Fact]
    public async Task Reports_StartedThenCompleted_CompleteTheJobWithItsImages()
    {
        await using var fleet = await CoordinatorFixture.StartAsync();
        var work = await SubmitAndTakeAsync(fleet, images: 3);

        await fleet.Publisher.ReportAsync(
            new JobStarted { JobId = work.JobId, Attempt = 1, WorkerId = "w1", At = DateTimeOffset.UnixEpoch }, CoordinatorFixture.Soon());
        await fleet.UntilStateAsync(work.JobId, JobState.Running);
        await fleet.Publisher.ReportAsync(CoordinatorFixture.Completion(work), CoordinatorFixture.Soon());
        await fleet.UntilStateAsync(work.JobId, JobState.Completed);

        var job = await fleet.Store.FindJobAsync(work.JobId, CoordinatorFixture.Soon());
        Assert.Equal([0, 1, 2], job!.Images.Select(i => i.Index));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)] // brought back too often by a coordinator of a version that knows single reports only
    public async Task Reports_SeveralInOneMessage_EachDoesWhatItDoesAlone(bool dead)
    {
        await using var fleet = await CoordinatorFixture.StartAsync();
        foreach (var i in Enumerable.Range(0, 3))
        {
            await fleet.Publisher.SubmitAsync(new SubmitJob { Id = Guid.NewGuid(), Prompt = $"a red circle, {i}", Images = 2 }, CoordinatorFixture.Soon());
        }

        await fleet.UntilReleasedAsync(3);
        var (done, failed, running) = (fleet.Released.ElementAt(0), fleet.Released.ElementAt(1), fleet.Released.ElementAt(2));
        var reports = new JobReports
        {
            Started = [.. fleet.Released.Select(w => new JobStarted { JobId = w.JobId, Attempt = 1, WorkerId = "w1", At = DateTimeOffset.UnixEpoch })],
            Completed = [CoordinatorFixture.Completion(done)],
            Failed = [Failure(failed, ErrorClass.Transient)],
        };

        if (dead)
        {
            await fleet.SendDeadAsync(JsonSerializer.Serialize(reports, ContractsJson.Options), Topology.EventsQueue);
        }
        else
        {
            await fleet.Publisher.ReportAsync(reports, CoordinatorFixture.Soon());
        }

        await fleet.UntilStateAsync(done.JobId, JobState.Completed);
        await fleet.UntilStateAsync(running.JobId, JobState.Running);
        await fleet.UntilReleasedAsync(4);
        Assert.Equal((failed.JobId, 2), (fleet.Released.Last().JobId, fleet.Released.Last().Attempt));
        Assert.Equal([0, 1], (await fleet.Store.FindJobAsync(done.JobId, CoordinatorFixture.Soon()))!.Images.Select(i => i.Index));
    }

    // More than are taken at once; in one round that finds them all, as one that begins while they come takes what is there.
    [Fact]
    public async Task Release_ALargeWindow_IsFilledLaneByLane()
    {
        await using var fleet = await CoordinatorFixture.StartAsync(
            services => services.Remove(services.Single(s => s.ImplementationType == typeof(ReleaseService))), ("SdFleet:Release:MinWindow", "1100"));
        await Task.WhenAll(Enumerable.Range(0, 1200).Select(i => fleet.Publisher.SubmitAsync(
            new SubmitJob { Id = Guid.NewGuid(), Prompt = "a red circle", Lane = i < 1050 ? Lane.Interactive : Lane.Bulk }, CoordinatorFixture.Soon())));
        await CoordinatorFixture.UntilAsync(
            async () => (await fleet.Store.CountAsync(default)).Where(c => c.State == JobState.Queued).Sum(c => c.Jobs) == 1200, "1200 jobs that wait");

        Assert.Equal(1100, await fleet.Services.GetRequiredService<Releaser>().ReleaseAsync(CoordinatorFixture.Soon()));
        await fleet.UntilReleasedAsync(1100);

        Assert.Equal((1050, 50), (fleet.Released.Count(w => w.Lane == Lane.Interactive), fleet.Released.Count(w => w.Lane == Lane.Bulk)));
    }

    [Fact]
    public async Task Report_TransientFailure_ReleasesTheNextAttempt()
    {
        await using var fleet = await CoordinatorFixture.StartAsync();
        var work = await SubmitAndTakeAsync(fleet);

        await fleet.Publisher.ReportAsync(Failure(work, ErrorClass.Transient), CoordinatorFixture.Soon());
        await fleet.UntilReleasedAsync(2);

        Assert.Equal([1, 2], fleet.Released.Select(w => w.Attempt));
        Assert.All(fleet.Released, w => Assert.Equal(work.ArtifactFolder, w.ArtifactFolder));
        Assert.All(fleet.Released, w => Assert.Equal(work.Recipe, w.Recipe));
    }

    [Theory]
    [InlineData(ErrorClass.Permanent)]
    [InlineData(ErrorClass.Invalid)]
    public async Task Report_FailureForGood_FailsTheJobWithItsReason(ErrorClass errorClass)
    {
        await using var fleet = await CoordinatorFixture.StartAsync();
        var work = await SubmitAndTakeAsync(fleet);

        await fleet.Publisher.ReportAsync(Failure(work, errorClass), CoordinatorFixture.Soon());
        await fleet.UntilStateAsync(work.JobId, JobState.Failed);

        Assert.Contains("broken", (await fleet.Store.FindJobAsync(work.JobId, CoordinatorFixture.Soon()))!.Error, StringComparison.Ordinal);
        Assert.Single(fleet.Released);
    }

    [Fact]
    public async Task Lease_WorkerFallsSilent_TheJobIsReleasedAgain()
    {
        await using var fleet = await CoordinatorFixture.StartAsync(("SdFleet:Leases:RunLease", "00:00:05"));
        var work = await SubmitAndTakeAsync(fleet);

        await fleet.Publisher.ReportAsync(
            new JobStarted { JobId = work.JobId, Attempt = 1, WorkerId = "w1", At = DateTimeOffset.UnixEpoch }, CoordinatorFixture.Soon());
        await fleet.UntilReleasedAsync(2);

        var job = await fleet.Store.FindJobAsync(work.JobId, CoordinatorFixture.Soon());
        Assert.Equal((0, 1), (job!.Failures, job.Evictions));
    }

    [Fact]
    public async Task Release_ManyJobs_NoMoreThanTheWindowIsOut()
    {
        await using var fleet = await CoordinatorFixture.StartAsync(("SdFleet:Release:MinWindow", "5"));
        for (var i = 0; i < 20; i++)
        {
            await fleet.Publisher.SubmitAsync(new SubmitJob { Id = Guid.NewGuid(), Prompt = "p" }, CoordinatorFixture.Soon());
        }

        await fleet.UntilReleasedAsync(5);
        await Task.Delay(500);
        Assert.Equal(5, fleet.Released.Count);

        await fleet.Publisher.ReportAsync(CoordinatorFixture.Completion(fleet.Released.First()), CoordinatorFixture.Soon());
        await fleet.UntilReleasedAsync(6);
        await Task.Delay(300);
        Assert.Equal(6, fleet.Released.Count);
    }

    [Fact]
    public async Task Release_WorkersAlive_WidenTheWindow()
    {
        await using var fleet = await CoordinatorFixture.StartAsync(("SdFleet:Release:MinWindow", "1"), ("SdFleet:Release:WindowPerWorker", "4"));
        foreach (var worker in new[] { "w1", "w2" })
        {
            await fleet.Publisher.ReportAsync(Heartbeat(worker), CoordinatorFixture.Soon());
        }

        await CoordinatorFixture.UntilAsync(
            async () => (await fleet.Store.ListWorkersAsync(DateTimeOffset.UtcNow, CoordinatorFixture.Soon())).Count == 2, "two workers");
        for (var i = 0; i < 20; i++)
        {
            await fleet.Publisher.SubmitAsync(new SubmitJob { Id = Guid.NewGuid(), Prompt = "p" }, CoordinatorFixture.Soon());
        }

        await fleet.UntilReleasedAsync(8);
        await Task.Delay(300);
        Assert.Equal(8, fleet.Released.Count);
    }

    [Fact]
    public async Task Release_InteractiveBehindBulk_GoesFirst()
    {
        await using var fleet = await CoordinatorFixture.StartAsync(("SdFleet:Release:MinWindow", "1"));
        for (var i = 0; i < 5; i++)
        {
            await fleet.Publisher.SubmitAsync(new SubmitJob { Id = Guid.NewGuid(), Prompt = "bulk", Lane = Lane.Bulk }, CoordinatorFixture.Soon());
        }

        await fleet.UntilReleasedAsync(1);
        var interactive = new SubmitJob { Id = Guid.NewGuid(), Prompt = "now", Lane = Lane.Interactive };
        await fleet.Publisher.SubmitAsync(interactive, CoordinatorFixture.Soon());
        await CoordinatorFixture.UntilAsync(
            async () => await fleet.Store.FindJobAsync(interactive.Id!.Value, CoordinatorFixture.Soon()) is not null, "admission");
        await fleet.Publisher.ReportAsync(CoordinatorFixture.Completion(fleet.Released.First()), CoordinatorFixture.Soon());
        await fleet.UntilReleasedAsync(2);

        Assert.Equal(interactive.Id, fleet.Released.ElementAt(1).JobId);
    }

    [Fact]
    public async Task Release_TenantsWithWeights_ShareTheWindow()
    {
        await using var fleet = await CoordinatorFixture.StartAsync(("SdFleet:Release:MinWindow", "8"), ("SdFleet:Release:TenantWeights:acme", "3"));
        await fleet.Store.PauseModelAsync("shapes", paused: true, CoordinatorFixture.Soon());
        for (var i = 0; i < 40; i++)
        {
            await fleet.Publisher.SubmitAsync(new SubmitJob { Id = Guid.NewGuid(), Tenant = i < 20 ? "globex" : "acme", Prompt = "p" }, CoordinatorFixture.Soon());
        }

        await CoordinatorFixture.UntilAsync(
            async () => (await fleet.Store.CountAsync(CoordinatorFixture.Soon())).Sum(c => c.Jobs) == 40, "admission");
        await Task.Delay(200);
        Assert.Empty(fleet.Released);

        await fleet.Store.PauseModelAsync("shapes", paused: false, CoordinatorFixture.Soon());
        await fleet.UntilReleasedAsync(8);

        Assert.Equal(6, fleet.Released.Count(w => w.Tenant == "acme"));
    }

    [Fact]
    public async Task Trace_ForeignTraceparent_ReachesTheWorker()
    {
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is "MassTransit" or "SdFleet.Coordinator",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
        };
        ActivitySource.AddActivityListener(listener);
        await using var fleet = await CoordinatorFixture.StartAsync();
        const string TraceId = "0af7651916cd43dd8448eb211c80319c";

        await fleet.SendRawAsync(
            $$"""{"id":"{{Guid.NewGuid()}}","prompt":"p"}""", ("traceparent", $"00-{TraceId}-b7ad6b7169203331-01"), ("MT-Activity-Id", ""));
        await fleet.UntilReleasedAsync(1);

        Assert.Equal(TraceId, Assert.Single(fleet.ReleasedTraces));
    }

    [Fact]
    public async Task Cancel_JobThatAWorkerThenBegins_TellsItToStop()
    {
        await using var fleet = await CoordinatorFixture.StartAsync();
        var work = await SubmitAndTakeAsync(fleet);
        await fleet.Store.CancelAsync([work.JobId], DateTimeOffset.UtcNow, CoordinatorFixture.Soon());

        await fleet.Publisher.ReportAsync(Start(work), CoordinatorFixture.Soon());

        await UntilStoppedAsync(fleet, work);
        Assert.Equal(JobState.Cancelled, (await fleet.Store.FindJobAsync(work.JobId, CoordinatorFixture.Soon()))!.State);
    }

    [Fact]
    public async Task Cancel_WorkersWereNotTold_HearOfItWithTheirHeartbeat()
    {
        await using var fleet = await CoordinatorFixture.StartAsync();
        var work = await SubmitAndTakeAsync(fleet);
        await fleet.Publisher.ReportAsync(Start(work), CoordinatorFixture.Soon());
        await fleet.UntilStateAsync(work.JobId, JobState.Running);
        await fleet.Store.CancelAsync([work.JobId], DateTimeOffset.UtcNow, CoordinatorFixture.Soon());
        Assert.Empty(fleet.Stopped);

        await fleet.Publisher.ReportAsync(Heartbeat("w1", new HeldAttempt(work.JobId, work.Attempt)), CoordinatorFixture.Soon());

        await UntilStoppedAsync(fleet, work);
    }

    [Fact]
    public async Task Heartbeat_SupersededAttempt_IsStoppedOnlyOnceAnotherHasBegun()
    {
        await using var fleet = await CoordinatorFixture.StartAsync();
        var work = await SubmitAndTakeAsync(fleet);
        await fleet.Publisher.ReportAsync(Failure(work, ErrorClass.Evicted), CoordinatorFixture.Soon());
        await fleet.UntilReleasedAsync(2);

        await fleet.Publisher.ReportAsync(Heartbeat("w1", new HeldAttempt(work.JobId, 1)), CoordinatorFixture.Soon());
        await CoordinatorFixture.UntilAsync(
            async () => (await fleet.Store.ListWorkersAsync(DateTimeOffset.UtcNow, CoordinatorFixture.Soon())).Count == 1, "the heartbeat");
        await Task.Delay(200);
        Assert.Empty(fleet.Stopped);

        await fleet.Publisher.ReportAsync(Start(fleet.Released.Last()) with { WorkerId = "w2" }, CoordinatorFixture.Soon());
        await fleet.UntilStateAsync(work.JobId, JobState.Running);
        await fleet.Publisher.ReportAsync(Heartbeat("w1", new HeldAttempt(work.JobId, 1)), CoordinatorFixture.Soon());
        await UntilStoppedAsync(fleet, work);
    }

    private static Task UntilStoppedAsync(CoordinatorFixture fleet, GenerateImages work) => CoordinatorFixture.UntilAsync(
        () => Task.FromResult(fleet.Stopped.Contains(new HeldAttempt(work.JobId, work.Attempt))), "the order to stop");

    private static JobStarted Start(GenerateImages work) =>
        new() { JobId = work.JobId, Attempt = work.Attempt, WorkerId = "w1", At = DateTimeOffset.UtcNow };

    private static WorkerHeartbeat Heartbeat(string worker, params HeldAttempt[] holds) => new()
    {
        WorkerId = worker, Host = "h", Model = "shapes", ExecutionProvider = "Cpu", Device = "d", RuntimeVersion = "1", Version = "1",
        State = WorkerState.Idle, Holds = holds, ImagesDone = 0, StartedAt = DateTimeOffset.UtcNow, At = DateTimeOffset.UtcNow,
    };

    private static async Task<GenerateImages> SubmitAndTakeAsync(CoordinatorFixture fleet, int images = 1)
    {
        await fleet.Publisher.SubmitAsync(new SubmitJob { Id = Guid.NewGuid(), Prompt = "a red circle", Images = images }, CoordinatorFixture.Soon());
        await fleet.UntilReleasedAsync(1);
        return fleet.Released.Single();
    }

    private static JobFailed Failure(GenerateImages work, ErrorClass errorClass) => new()
    {
        JobId = work.JobId, Attempt = work.Attempt, WorkerId = "w1", ErrorClass = errorClass, Reason = "it is broken", At = DateTimeOffset.UnixEpoch,
    };
}
