using System.Globalization;
using System.Text.Json;
using SdFleet.Contracts;
using SdFleet.Contracts.Batches;
using SdFleet.Contracts.Jobs;
using SdFleet.Contracts.Validation;
using SdFleet.Contracts.Workers;
using SdFleet.JobStore.Transitions;

namespace SdFleet.JobStore.Sql;

/// <content>What changes batches. Whoever changes one takes its row first and its jobs' after it.</content>
internal sealed partial class SqlJobStore
{
    public Task<AdmitResult> AdmitBatchAsync(NewBatch batch, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return WriteAsync(
            async session =>
            {
                if (await InsertBatchAsync(session, batch, cancellationToken))
                {
                    return AdmitResult.Admitted;
                }

                var digests = await session.QueryAsync(_sql.SelectBatchDigest, Ids([batch.Batch.Id]), reader => reader.GetString(0), cancellationToken);
                return digests[0] == batch.Digest ? AdmitResult.Duplicate : AdmitResult.Conflict;
            },
            cancellationToken);
    }

    public Task TryBatchAdmissionAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var batch = new NewBatch
        {
            Batch = new SubmitBatch { Id = Guid.NewGuid(), Name = "", Tenant = RecipeResolver.DefaultTenant, Parts = [], SubmittedAt = now },
            Digest = "",
            AdmittedAt = now,
        };
        return CallAsync(
            async () =>
            {
                // Not committed, so rolled back.
                await using var session = await database.BeginAsync(cancellationToken);
                return await InsertBatchAsync(session, batch, cancellationToken);
            },
            cancellationToken);
    }

    public Task<BatchExpansionOutcome> ExpandBatchAsync(BatchExpansion expansion, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(expansion);
        return WriteAsync(session => ExpandBatchAsync(session, expansion, cancellationToken), cancellationToken);
    }

    public async Task<IReadOnlyList<Guid>> CompleteBatchesAsync(DateTimeOffset now, CancellationToken cancellationToken) =>
        await WriteAsync(
            async session =>
            {
                await session.ExecuteAsync(_sql.EndPauses, null, cancellationToken);
                var completed = await session.QueryAsync(_sql.CompleteBatches, new { now = SqlTime.Of(now) }, RowReaders.CompletedBatch, cancellationToken);
                foreach (var batch in completed)
                {
                    await AnnounceEndAsync(session, batch, BatchState.Completed, now, cancellationToken);
                }

                return completed.ConvertAll(b => b.Id);
            },
            cancellationToken);

    public Task<BatchCancelOutcome> CancelBatchAsync(Guid batchId, DateTimeOffset now, CancellationToken cancellationToken) =>
        WriteAsync(
            async session =>
            {
                if (await TakeBatchAsync(session, batchId, cancellationToken) is not { } batch)
                {
                    return new BatchCancelOutcome(CancelResult.Unknown, State: null, []);
                }

                if (batch.State.IsTerminal())
                {
                    // What is made again of it.
                    var (again, stoppedAgain) = await StopJobsAsync(session, batch.Seq, now, cancellationToken);
                    return new BatchCancelOutcome(again > 0 ? CancelResult.Cancelled : CancelResult.AlreadyOver, batch.State, stoppedAgain);
                }

                await UpdateBatchAsync(session, batch with { State = BatchState.Cancelled }, next: null, error: null, now, cancellationToken);
                var (_, stopped) = await StopJobsAsync(session, batch.Seq, now, cancellationToken);
                await AnnounceEndAsync(session, EndOf(batch), BatchState.Cancelled, now, cancellationToken);
                return new BatchCancelOutcome(CancelResult.Cancelled, BatchState.Cancelled, stopped);
            },
            cancellationToken);

    public async Task<bool> PauseBatchAsync(Guid batchId, bool paused, CancellationToken cancellationToken)
    {
        var parameters = new { rows = SqlJson.Rows([new { id = batchId }]), paused = paused ? 1 : 0 };
        return await WriteAsync(
            async session =>
            {
                // A release that is under way ends first.
                await session.ExecuteAsync(_sql.InsertLanes, null, cancellationToken);
                await session.QueryAsync(_sql.SelectLanesForUpdate, null, reader => reader.GetDouble(0), cancellationToken);
                return await session.ExecuteAsync(_sql.PauseBatch, parameters, cancellationToken);
            },
            cancellationToken) > 0;
    }

    /// <returns>False where its id is taken.</returns>
    private async Task<bool> InsertBatchAsync(Session session, NewBatch batch, CancellationToken cancellationToken)
    {
        var submission = batch.Batch;
        var row = new
        {
            submission.Id,
            submission.Tenant,
            State = SqlWords.Of(BatchState.Expanding),
            Submission = JsonSerializer.Serialize(submission with { Parts = [] }, ContractsJson.Options),
            Parts = JsonSerializer.Serialize(submission.Parts, ContractsJson.Options),
            batch.Digest,
            batch.Traceparent,
            submission.Lines,
            submission.MaxBadLines,
            submission.SubmittedAt,
            batch.AdmittedAt,
            Webhook = JsonOf(submission.Webhook),
        };
        var inserted = await session.QueryAsync(_sql.InsertBatch, new { rows = SqlJson.Rows([row]) }, reader => reader.GetInt64(0), cancellationToken);
        return inserted.Count > 0;
    }

    private async Task<BatchExpansionOutcome> ExpandBatchAsync(Session session, BatchExpansion expansion, CancellationToken cancellationToken)
    {
        var batch = await TakeBatchAsync(session, expansion.BatchId, cancellationToken);
        if (batch is null || batch.State != BatchState.Expanding || batch.Paused || batch.LinesRead != expansion.LinesBefore)
        {
            return new BatchExpansionOutcome(Applied: false, batch?.State, Admitted: 0, BadLines: 0, []);
        }

        var rows = expansion.Jobs.Select((j, place) => Row(j.Job, place) with { BatchSeq = batch.Seq, Line = j.Line }).ToList();
        var outcomes = rows.Count == 0 ? [] : await AdmitAsync(session, [.. expansion.Jobs.Select(j => j.Job)], rows, cancellationToken);

        // Nothing of this batch can have these ids yet: whatever has one came some other way.
        var taken = expansion.Jobs.Zip(outcomes).Where(x => x.Second.Result != AdmitResult.Admitted).Select(x => IdTaken(x.First)).ToList();
        var problems = expansion.Problems.Concat(taken).ToList();
        if (problems.Count > 0)
        {
            var lines = problems.Select(p => new { batch_seq = batch.Seq, p.Line, errors = JsonSerializer.Serialize(p.Errors, ContractsJson.Options) });
            await session.ExecuteAsync(_sql.InsertProblems, new { rows = SqlJson.Rows(lines) }, cancellationToken);
        }

        var badLines = batch.BadLines + problems.Count;
        var error = expansion.Error ?? (badLines > batch.MaxBadLines ? TooManyBadLines(badLines, batch.MaxBadLines.Value, problems.MinBy(p => p.Line)!) : null);
        var state = error is not null ? BatchState.Failed : expansion.IsLast ? BatchState.Running : BatchState.Expanding;
        await UpdateBatchAsync(
            session,
            batch with { State = state, LinesRead = expansion.LinesAfter, BadLines = badLines },
            (expansion.NextPart, expansion.NextOffset),
            error,
            error is null ? null : expansion.At,
            cancellationToken);
        IReadOnlyList<HeldAttempt> stopped = [];
        if (error is not null)
        {
            (_, stopped) = await StopJobsAsync(session, batch.Seq, expansion.At, cancellationToken);
            await AnnounceEndAsync(session, EndOf(batch), state, expansion.At, cancellationToken);
        }

        return new BatchExpansionOutcome(Applied: true, state, rows.Count - taken.Count, problems.Count, stopped);
    }

    private async Task<BatchRow?> TakeBatchAsync(Session session, Guid id, CancellationToken cancellationToken) =>
        (await session.QueryAsync(_sql.SelectBatchForUpdate, Ids([id]), RowReaders.Batch, cancellationToken)).SingleOrDefault();

    private async Task UpdateBatchAsync(
        Session session, BatchRow batch, (int Part, long Offset)? next, string? error, DateTimeOffset? finishedAt, CancellationToken cancellationToken) =>
        await session.ExecuteAsync(
            _sql.UpdateBatch,
            new
            {
                seq = batch.Seq,
                state = SqlWords.Of(batch.State),
                nextPart = next?.Part,
                nextOffset = next?.Offset,
                linesRead = batch.LinesRead,
                badLines = batch.BadLines,
                error = error is null ? null : PrintableText.Of(error),
                finishedAt = finishedAt is { } at ? SqlTime.Of(at) : (long?)null,
            },
            cancellationToken);

    private static CompletedBatch EndOf(BatchRow batch) => new(batch.Seq, batch.Id, batch.Tenant, batch.Webhook);

    // No more than expansion lets wait at once, and what the workers have.
    private async Task<(int Jobs, IReadOnlyList<HeldAttempt> Stopped)> StopJobsAsync(Session session, long batch, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var jobs = await session.QueryAsync(_sql.SelectLiveOfBatch, new { seq = batch }, RowReaders.TakenJob, cancellationToken);
        var live = jobs.Where(j => !j.State.IsTerminal()).ToList();
        await UpdateAsync(session, [.. live.Select(j => JobTransitions.Cancelled(j, now))], now, cancellationToken);
        return (live.Count, [.. live.Where(j => j.State is JobState.Released or JobState.Running).Select(j => new HeldAttempt(j.Id, j.Attempt))]);
    }

    private static BatchProblem IdTaken(BatchJob job) => new(
        job.Line, [new FieldError("id", $"\"{job.Job.Job.Id}\"", "an id that no other job has; it follows from the batch's id and the line's number, and is taken")]);

    private static string TooManyBadLines(long found, long allowed, BatchProblem first) => string.Create(
        CultureInfo.InvariantCulture, $"Bad lines: {found}, and the batch allows {allowed}. Line {first.Line}: {string.Join("; ", first.Errors)}.");
}
