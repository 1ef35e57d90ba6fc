using SdFleet.Contracts.Batches;
using SdFleet.Contracts.Identity;
using SdFleet.Contracts.Jobs;
using SdFleet.Contracts.Validation;
using SdFleet.Contracts.Workers;
using SdFleet.JobStore.Sql;

namespace SdFleet.JobStore.Tests;

public abstract class BatchTests(JobStoreKind kind) : StoreTests(kind)
{
    [Fact]
    public async Task Admit_NewBatch_IsFoundAndExpandsFromItsFirstLine()
    {
        var batch = Batch(lines: 10) with { Description = "with U+0000: \0", Defaults = new SubmitJob { Steps = 7 }, MaxBadLines = 3 };

        Assert.Equal(AdmitResult.Admitted, await AdmitAsync(batch));

        var found = await FindBatchAsync(batch.Id);
        Assert.Equal(BatchDigest.Of(batch), found.Digest);
        Assert.Equal((BatchState.Expanding, false, 10L, 0L, 0L), (found.State, found.Paused, found.Lines, found.LinesRead, found.BadLines));
        Assert.Equal((batch.Name, batch.Description, 7, 3L), (found.Batch.Name, found.Batch.Description, found.Batch.Defaults.Steps, found.Batch.MaxBadLines));
        Assert.Empty(found.Counts);
        var source = Assert.Single(await Store.ListBatchSourcesAsync(0, 10, default));
        Assert.Equal(batch.Parts, source.Batch.Parts);
        Assert.Equal((0, 0L, 0L, 0L, "00-trace"), (source.NextPart, source.NextOffset, source.LinesRead, source.Queued, source.Traceparent));
    }

    [Fact]
    public async Task TryBatchAdmission_OfAStoreThatAdmits_LeavesNothing()
    {
        await Store.TryBatchAdmissionAsync(default);

        Assert.Empty(await Store.ListBatchesAsync(tenant: null, before: null, 10, default));
    }

    [Fact]
    public async Task Admit_TheSameAgainAndAnotherUnderItsId_AreTold()
    {
        var batch = Batch(lines: 1);
        await AdmitAsync(batch);

        Assert.Equal(AdmitResult.Duplicate, await AdmitAsync(batch with { SubmittedAt = batch.SubmittedAt.AddHours(1) }));
        Assert.Equal(AdmitResult.Conflict, await AdmitAsync(batch with { Name = "another" }));
        Assert.Equal("prompts", (await FindBatchAsync(batch.Id)).Batch.Name);
    }

    [Fact]
    public async Task Expand_Lines_AreJobsOrProblemsAndTheCheckpointMoves()
    {
        var batch = await AdmittedAsync(lines: 5);
        var problem = new BatchProblem(2, [new FieldError("steps", "\"\0\"", "a number")]);

        var outcome = await Store.ExpandBatchAsync(Expansion(batch, 0, 3, [1, 3], problem), default);

        Assert.Equal((true, BatchState.Expanding, 2, 1), (outcome.Applied, outcome.State, outcome.Admitted, outcome.BadLines));
        var found = await FindBatchAsync(batch.Id);
        Assert.Equal((3L, 1L), (found.LinesRead, found.BadLines));
        Assert.Equal([new BatchCount(JobState.Queued, 2, 4, 0, 0)], found.Counts);
        var source = Assert.Single(await Store.ListBatchSourcesAsync(2, 10, default));
        Assert.Equal((1, 33L, 3L, 2L), (source.NextPart, source.NextOffset, source.LinesRead, source.Queued));
        Assert.Empty(await Store.ListBatchSourcesAsync(1, 10, default));
        var listed = Assert.Single(await Store.ListBatchProblemsAsync(batch.Id, 0, 10, default));
        Assert.Equal((2L, problem.Errors[0]), (listed.Line, listed.Errors.Single()));
        Assert.Empty(await Store.ListBatchProblemsAsync(batch.Id, 2, 10, default));
        var job = await FindAsync(DerivedId.FromBatchLine(batch.Id, 3));
        Assert.Equal((batch.Id, 3L, JobState.Queued), (job.BatchId, job.Line, job.State));
    }

    [Fact]
    public async Task Expand_SameLinesByTwo_AreTakenOnce()
    {
        var batch = await AdmittedAsync(lines: 40);
        var expansion = Expansion(batch, 0, 20, [.. Enumerable.Range(1, 20)]);
        var stores = Enumerable.Range(0, 4).Select(_ => Open()).ToList();

        var outcomes = await Task.WhenAll(stores.Select(s => Task.Run(() => s.ExpandBatchAsync(expansion, default))));

        Assert.Single(outcomes, o => o.Applied);
        var found = await FindBatchAsync(batch.Id);
        Assert.Equal((20L, 20L), (found.LinesRead, found.Counts.Single().Jobs));
    }

    [Fact]
    public async Task Expand_UnknownPausedOrCancelledBatch_ChangesNothing()
    {
        var (paused, cancelled) = (await AdmittedAsync(lines: 2), await AdmittedAsync(lines: 2));
        Assert.True(await Store.PauseBatchAsync(paused.Id, paused: true, default));
        await Store.CancelBatchAsync(cancelled.Id, Now, default);

        foreach (var batch in new[] { paused, cancelled, Batch(lines: 2) })
        {
            var outcome = await Store.ExpandBatchAsync(Expansion(batch, 0, 2, [1, 2]), default);
            Assert.False(outcome.Applied);
        }

        Assert.Empty(await Store.CountAsync(default));
        Assert.Empty(await Store.ListBatchSourcesAsync(100, 10, default));
    }

    [Fact]
    public async Task Expand_JobIdThatIsTaken_IsABadLine()
    {
        var batch = await AdmittedAsync(lines: 2);
        var stranger = Samples.Job(DerivedId.FromBatchLine(batch.Id, 1), "something else");
        await Store.AdmitAsync([stranger], default);

        var outcome = await Store.ExpandBatchAsync(Expansion(batch, 0, 2, [1, 2]), default);

        Assert.Equal((1, 1), (outcome.Admitted, outcome.BadLines));
        Assert.Equal("id", Assert.Single(Assert.Single(await Store.ListBatchProblemsAsync(batch.Id, 0, 10, default)).Errors).Field);
        Assert.Equal("something else", (await FindAsync(stranger.Job.Id)).Recipe!.Prompt);
    }

    [Fact]
    public async Task Expand_MoreBadLinesThanAllowed_GivesUpAndCancelsWhatIsLeft()
    {
        var batch = await AdmittedAsync(Batch(lines: 10) with { MaxBadLines = 1 });
        await Store.ExpandBatchAsync(Expansion(batch, 0, 3, [1, 2, 3]), default);
        var released = Assert.Single(await ReleaseBulkAsync(max: 1));
        await Store.ApplyAsync([Samples.Started(released.Message.JobId)], Policy, Now, RunningLease, default);
        FieldError[] errors = [new("prompt", null, "text")];

        var first = await Store.ExpandBatchAsync(Expansion(batch, 3, 5, [4], new BatchProblem(5, errors)), default);
        var second = await Store.ExpandBatchAsync(Expansion(batch, 5, 7, [6], new BatchProblem(7, errors)), default);

        Assert.Equal((BatchState.Expanding, BatchState.Failed), (first.State, second.State));
        Assert.Equal([new HeldAttempt(released.Message.JobId, 1)], second.Stopped);
        var found = await FindBatchAsync(batch.Id);
        Assert.Equal((BatchState.Failed, (DateTimeOffset?)Now), (found.State, found.FinishedAt));
        Assert.Contains("Line 7: prompt is missing", found.Error, StringComparison.Ordinal);
        Assert.Equal([new BatchCount(JobState.Cancelled, 5, 10, 0, 0)], found.Counts);
        Assert.Empty(await Store.ListBatchSourcesAsync(100, 10, default));
        Assert.Equal(CancelResult.AlreadyOver, (await Store.CancelBatchAsync(batch.Id, Now, default)).Result);
    }

    [Fact]
    public async Task Expand_ReasonThatNoDatabaseTakes_IsKeptAsFarAsItIsText()
    {
        var batch = await AdmittedAsync(lines: 2);

        var outcome = await Store.ExpandBatchAsync(Expansion(batch, 0, 1, [1]) with { Error = "half a pair: \ud83d, and U+0000: \0" }, default);

        Assert.Equal(BatchState.Failed, outcome.State);
        Assert.Equal("half a pair: \ufffd, and U+0000: \ufffd", (await FindBatchAsync(batch.Id)).Error);
    }

    [Fact]
    public async Task Complete_OnceEveryLineIsReadAndEveryJobAtItsEnd()
    {
        var batch = await AdmittedAsync(lines: 3);
        await Store.ExpandBatchAsync(Expansion(batch, 0, 2, [1, 2]), default);
        await EndAsync(2);
        Assert.Empty(await Store.CompleteBatchesAsync(Now, default));

        await Store.ExpandBatchAsync(Expansion(batch, 2, 3, [3]) with { IsLast = true }, default);
        Assert.Equal(BatchState.Running, (await FindBatchAsync(batch.Id)).State);
        Assert.Empty(await Store.CompleteBatchesAsync(Now, default));
        await EndAsync(1);

        Assert.Equal([batch.Id], await Store.CompleteBatchesAsync(Now.AddMinutes(1), default));
        Assert.Empty(await Store.CompleteBatchesAsync(Now, default));
        var found = await FindBatchAsync(batch.Id);
        Assert.Equal((BatchState.Completed, (DateTimeOffset?)Now.AddMinutes(1)), (found.State, found.FinishedAt));
    }

    [Fact]
    public async Task Reopen_AJobOfACompletedBatch_ReleasesItAndLeavesTheBatchOver()
    {
        var batch = await AdmittedAsync(lines: 2);
        await Store.ExpandBatchAsync(Expansion(batch, 0, 2, [1, 2]) with { IsLast = true }, default);
        await EndAsync(2);
        await Store.CompleteBatchesAsync(Now, default);
        var id = DerivedId.FromBatchLine(batch.Id, 2);

        await Store.ReopenAsync([id], default);

        var open = await FindBatchAsync(batch.Id);
        Assert.Equal(BatchState.Completed, open.State);
        Assert.Equal([new BatchCount(JobState.Completed, 1, 2, 0, 0), new BatchCount(JobState.Queued, 1, 2, 0, 0)], open.Counts);
        Assert.Equal(4, await Store.ReadBatchManifestAsync(batch.Id, default).CountAsync());
        Assert.Equal((id, 2), (Assert.Single(await ReleaseBulkAsync(10)).Message.JobId, (await FindAsync(id)).Attempt));
        Assert.Equal(EventResult.Applied, await ApplyAsync(Samples.Completed(id, images: 2, attempt: 2)));
        Assert.Equal([new BatchCount(JobState.Completed, 2, 4, 0, 0)], (await FindBatchAsync(batch.Id)).Counts);
        Assert.Equal(4, await Store.ReadBatchManifestAsync(batch.Id, default).CountAsync());
    }

    [Fact]
    public async Task Cancel_ABatch_EndsItsJobsAndNoOthers()
    {
        var batch = await AdmittedAsync(lines: 100);
        await Store.ExpandBatchAsync(Expansion(batch, 0, 5, [1, 2, 3, 4, 5]), default);
        var alone = Samples.Job(lane: Lane.Bulk);
        await Store.AdmitAsync([alone], default);

        // One is done, one is running, one waits after a failure, one is in a work queue, one is queued.
        var released = (await ReleaseBulkAsync(max: 4)).Select(r => r.Message.JobId).ToList();
        await Store.ApplyAsync(
            [Samples.Completed(released[0], images: 2), Samples.Started(released[1]), Samples.Failed(released[2])], Policy, Now, RunningLease, default);

        var outcome = await Store.CancelBatchAsync(batch.Id, Now, default);

        Assert.Equal((CancelResult.Cancelled, BatchState.Cancelled), (outcome.Result, outcome.State));
        Assert.Equal(new[] { released[1], released[3] }.Order(), outcome.Stopped.Select(a => a.JobId).Order());
        var found = await FindBatchAsync(batch.Id);
        Assert.Equal(BatchState.Cancelled, found.State);
        Assert.Equal([new BatchCount(JobState.Cancelled, 4, 8, 1, 0), new BatchCount(JobState.Completed, 1, 2, 0, 0)], found.Counts);
        Assert.Equal(JobState.Queued, (await FindAsync(alone.Job.Id)).State);
        Assert.Equal(EventResult.Stale, await ApplyAsync(Samples.Completed(released[1], images: 2)));
        Assert.Equal(CancelResult.AlreadyOver, (await Store.CancelBatchAsync(batch.Id, Now, default)).Result);
        Assert.Equal(CancelResult.Unknown, (await Store.CancelBatchAsync(Guid.NewGuid(), Now, default)).Result);
    }

    [Fact]
    public async Task Pause_ABatch_KeepsItsJobsBackUntilItIsResumed()
    {
        var (paused, other) = (await AdmittedAsync(lines: 2), await AdmittedAsync(lines: 2));
        await Store.ExpandBatchAsync(Expansion(paused, 0, 1, [1]), default);
        await Store.ExpandBatchAsync(Expansion(other, 0, 1, [1]), default);

        Assert.True(await Store.PauseBatchAsync(paused.Id, paused: true, default));
        Assert.True((await FindBatchAsync(paused.Id)).Paused);
        Assert.Equal(DerivedId.FromBatchLine(other.Id, 1), Assert.Single(await ReleaseBulkAsync(10)).Message.JobId);
        Assert.Equal(other.Id, Assert.Single(await Store.ListBatchSourcesAsync(10, 10, default)).Batch.Id);

        Assert.True(await Store.PauseBatchAsync(paused.Id, paused: false, default));
        Assert.Equal(DerivedId.FromBatchLine(paused.Id, 1), Assert.Single(await ReleaseBulkAsync(10)).Message.JobId);
        Assert.False(await Store.PauseBatchAsync(Guid.NewGuid(), paused: true, default));
    }

    [Fact]
    public async Task Reopened_OfABatchThatIsOver_IsPausedAndCancelledWithIt()
    {
        var batch = await AdmittedAsync(lines: 2);
        await Store.ExpandBatchAsync(Expansion(batch, 0, 2, [1, 2]) with { IsLast = true }, default);
        await EndAsync(2);
        Assert.Equal([batch.Id], await Store.CompleteBatchesAsync(Now, default));
        Assert.False(await Store.PauseBatchAsync(batch.Id, paused: true, default));
        Assert.Equal(CancelResult.AlreadyOver, (await Store.CancelBatchAsync(batch.Id, Now, default)).Result);
        await Store.ReopenAsync([DerivedId.FromBatchLine(batch.Id, 1), DerivedId.FromBatchLine(batch.Id, 2)], default);

        Assert.True(await Store.PauseBatchAsync(batch.Id, paused: true, default));
        Assert.Empty(await ReleaseBulkAsync(10));
        Assert.Equal(0, await Store.CountOutstandingAsync(Samples.Model, default));
        Assert.True(await Store.PauseBatchAsync(batch.Id, paused: false, default));
        var released = Assert.Single(await ReleaseBulkAsync(1)).Message;
        var cancelled = await Store.CancelBatchAsync(batch.Id, Now, default);

        Assert.Equal((CancelResult.Cancelled, BatchState.Completed), (cancelled.Result, cancelled.State!.Value));
        Assert.Equal(new HeldAttempt(released.JobId, 2), Assert.Single(cancelled.Stopped));
        Assert.Equal((JobState.Completed, 2L), Assert.Single((await FindBatchAsync(batch.Id)).Counts.Select(c => (c.State, c.Jobs))));
        Assert.Equal(CancelResult.AlreadyOver, (await Store.CancelBatchAsync(batch.Id, Now, default)).Result);
        Assert.False(await Store.PauseBatchAsync(batch.Id, paused: true, default));
    }

    [Fact]
    public async Task Pause_ThatAnEarlierVersionLeftWithTheEnd_IsCleared()
    {
        var batch = await AdmittedAsync(lines: 1);
        await Store.ExpandBatchAsync(Expansion(batch, 0, 1, [1]) with { IsLast = true }, default);
        var released = Assert.Single(await ReleaseBulkAsync(1)).Message;
        await Store.PauseBatchAsync(batch.Id, paused: true, default);
        await ApplyAsync(Samples.Completed(released.JobId, images: 2));
        await CompleteAsBeforeSchema7Async();
        Assert.True((await FindBatchAsync(batch.Id)) is { Paused: true, State: BatchState.Completed });

        Assert.Empty(await Store.CompleteBatchesAsync(Now, default));

        Assert.False((await FindBatchAsync(batch.Id)).Paused);
        await Store.ReopenAsync([released.JobId], default);
        Assert.Single(await ReleaseBulkAsync(1));
    }

    [Fact]
    public async Task Pause_OfWhatIsMadeAgain_StaysUntilThatIsOver()
    {
        var batch = await AdmittedAsync(lines: 1);
        await Store.ExpandBatchAsync(Expansion(batch, 0, 1, [1]) with { IsLast = true }, default);
        await EndAsync(1);
        await Store.CompleteBatchesAsync(Now, default);
        var id = DerivedId.FromBatchLine(batch.Id, 1);
        await Store.ReopenAsync([id], default);
        await Store.PauseBatchAsync(batch.Id, paused: true, default);

        await Store.CompleteBatchesAsync(Now, default);
        Assert.True((await FindBatchAsync(batch.Id)).Paused);
        Assert.Empty(await ReleaseBulkAsync(1));

        await Store.CancelAsync([id], Now, default);
        await Store.CompleteBatchesAsync(Now, default);
        Assert.False((await FindBatchAsync(batch.Id)).Paused);
    }

    [Fact]
    public async Task Pause_OfABatch_EndsWithIt()
    {
        var batch = await AdmittedAsync(lines: 1);
        await Store.ExpandBatchAsync(Expansion(batch, 0, 1, [1]) with { IsLast = true }, default);
        var released = Assert.Single(await ReleaseBulkAsync(1)).Message;
        await Store.PauseBatchAsync(batch.Id, paused: true, default);
        await ApplyAsync(Samples.Completed(released.JobId, images: 2));
        await Store.CompleteBatchesAsync(Now, default);

        Assert.False((await FindBatchAsync(batch.Id)).Paused);
        await Store.ReopenAsync([released.JobId], default);
        Assert.Single(await ReleaseBulkAsync(1));
    }

    [Fact]
    public async Task Activity_OfABatch_IsWhatWasFinishedLatelyAndWhyOthersFailed()
    {
        var batch = await AdmittedAsync(lines: 10);
        await Store.ExpandBatchAsync(Expansion(batch, 0, 6, [1, 2, 3, 4, 5, 6]), default);
        var released = (await ReleaseBulkAsync(max: 6)).Select(r => r.Message.JobId).ToList();
        await Store.ApplyAsync(
            [
                Samples.Completed(released[0], images: 2) with { At = Now.AddMinutes(-10) },
                Samples.Completed(released[1], images: 2) with { At = Now.AddMinutes(-1) },
                Samples.Failed(released[2], ErrorClass.Permanent, reason: "no such thing"),
                Samples.Failed(released[3], ErrorClass.Permanent, reason: "no such thing"),
                Samples.Failed(released[4], ErrorClass.Invalid, reason: "too large"),
                Samples.Started(released[5]),
            ],
            Policy, Now, RunningLease, default);

        var activity = await Store.ReadBatchActivityAsync(batch.Id, Now.AddMinutes(-5), default);

        Assert.Equal((2L, 1), (activity.RecentImages, activity.Workers));
        Assert.Equal([("no such thing", 2L), ("too large", 1L)], activity.Failures.Select(f => (f.Reason, f.Jobs)));
        Assert.Equal(3, (await FindBatchAsync(batch.Id)).Counts.Sum(c => c.Failures));
    }

    [Fact]
    public async Task Manifest_OfABatch_IsByLineAcrossPagesAndHasNobodyElses()
    {
        var batch = await AdmittedAsync(lines: 1200);
        await Store.AdmitAsync([Samples.Job(lane: Lane.Bulk)], default);
        await Store.ExpandBatchAsync(Expansion(batch, 0, 1200, [.. Enumerable.Range(1, 1200)]), default);
        var released = await ReleaseBulkAsync(max: 2000);

        // All but the last line of the batch are finished, the later ones before the earlier ones.
        var unfinished = DerivedId.FromBatchLine(batch.Id, 1200);
        JobEvent[] events =
        [
            .. released.Reverse().Where(r => r.Message.JobId != unfinished).Select(r => JobEvent.From(Samples.Completed(r.Message.JobId, images: r.Message.Images))),
        ];
        await Store.ApplyAsync(events, Policy, Now, RunningLease, default);

        var manifest = new List<(Guid?, long?, int)>();
        await foreach (var record in Store.ReadBatchManifestAsync(batch.Id, default))
        {
            manifest.Add((record.BatchId, record.Line, record.Image.Index));
        }

        Assert.Equal(Enumerable.Range(1, 1199).SelectMany(line => new[] { ((Guid?)batch.Id, (long?)line, 0), (batch.Id, line, 1) }), manifest);
        var jobs = new List<BatchJobStatus>();
        await foreach (var job in Store.ReadBatchJobsAsync(batch.Id, default))
        {
            jobs.Add(job);
        }

        Assert.Equal(Enumerable.Range(1, 1200).Select(i => (long)i), jobs.Select(j => j.Line));
        Assert.Equal([new BatchJobStatus(1200, unfinished, JobState.Released, 2, null)], jobs.Where(j => j.State != JobState.Completed));
    }

    [Fact]
    public async Task List_Batches_IsByTenantNewestFirstInPages()
    {
        var batches = new List<SubmitBatch>();
        foreach (var tenant in new[] { "acme", "globex", "acme", "acme" })
        {
            batches.Add(await AdmittedAsync(Batch(lines: 1) with { Tenant = tenant }));
        }

        await Store.ExpandBatchAsync(Expansion(batches[3], 0, 1, [1]), default);

        var page = await Store.ListBatchesAsync("acme", before: null, max: 2, default);
        Assert.Equal([batches[3].Id, batches[2].Id], page.Select(b => b.Batch.Id));
        Assert.Equal(1, page[0].Counts.Single().Jobs);
        Assert.Equal([batches[0].Id], (await Store.ListBatchesAsync("acme", page[1].Sequence, 2, default)).Select(b => b.Batch.Id));
        Assert.Equal(4, (await Store.ListBatchesAsync(tenant: null, before: null, 10, default)).Count);
        Assert.Null(await Store.FindBatchAsync(Guid.NewGuid(), default));
    }

    private static SubmitBatch Batch(long lines) => new()
    {
        Id = Guid.NewGuid(),
        Tenant = "acme",
        Name = "prompts",
        Parts = [new BatchPart(lines, 100, new string('a', 64))],
        SubmittedAt = Now.AddSeconds(-5),
    };

    private static BatchExpansion Expansion(SubmitBatch batch, long before, long after, IReadOnlyList<int> jobs, params BatchProblem[] problems) => new()
    {
        BatchId = batch.Id,
        LinesBefore = before,
        LinesAfter = after,
        NextPart = 1,
        NextOffset = 33,
        Jobs = [.. jobs.Select(line => new BatchJob(line, Samples.Job(DerivedId.FromBatchLine(batch.Id, line), $"picture {line}", lane: Lane.Bulk, images: 2)))],
        Problems = problems,
        At = Now,
    };

    private Task<AdmitResult> AdmitAsync(SubmitBatch batch) =>
        Store.AdmitBatchAsync(new NewBatch { Batch = batch, Digest = BatchDigest.Of(batch), AdmittedAt = Now, Traceparent = "00-trace" }, default);

    private Task<SubmitBatch> AdmittedAsync(long lines) => AdmittedAsync(Batch(lines));

    private async Task<SubmitBatch> AdmittedAsync(SubmitBatch batch)
    {
        Assert.Equal(AdmitResult.Admitted, await AdmitAsync(batch));
        return batch;
    }

    private async Task<BatchSnapshot> FindBatchAsync(Guid id) =>
        await Store.FindBatchAsync(id, default) ?? throw new InvalidOperationException($"There is no batch {id}.");

    private Task<IReadOnlyList<ReleasedJob>> ReleaseBulkAsync(int max) => Store.ReleaseAsync(Samples.Model, Lane.Bulk, max, Now, ReleaseLease, default);

    private async Task EndAsync(int jobs)
    {
        var released = await ReleaseBulkAsync(jobs);
        Assert.Equal(jobs, released.Count);
        await Store.ApplyAsync([.. released.Select(r => JobEvent.From(Samples.Completed(r.Message.JobId, images: 2)))], Policy, Now, RunningLease, default);
    }

    private async Task CompleteAsBeforeSchema7Async()
    {
        await using Database database = Options.Kind == JobStoreKind.Postgres ? new PostgresDatabase(Options.ConnectionString!) : new SqliteDatabase(Options.Path!);
        await using var session = await database.BeginAsync(default);
        await session.ExecuteAsync("UPDATE batches SET state = 'completed', finished_at = 1 WHERE finished_at IS NULL AND state = 'running'", null, default);
        await session.CommitAsync(default);
    }
}

public sealed class EmbeddedBatchTests() : BatchTests(JobStoreKind.Embedded);

public sealed class PostgresBatchTests() : BatchTests(JobStoreKind.Postgres);
