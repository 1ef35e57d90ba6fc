using System.Runtime.CompilerServices;
using System.Text.Json;
using SdFleet.Contracts;
using SdFleet.Contracts.Batches;
using SdFleet.Contracts.Images;

namespace SdFleet.JobStore.Sql;

/// <content>Exports that the fleet makes.</content>
internal sealed partial class SqlJobStore
{
    public Task<ExportRequestOutcome> RequestExportAsync(
        Guid batchId, string name, ExportBatch request, DateTimeOffset now, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var json = JsonSerializer.Serialize(request, ContractsJson.Options);
        return WriteAsync(
            async session =>
            {
                var rows = SqlJson.Rows([new { BatchId = batchId, Name = name, Request = json, Now = now }]);
                var inserted = await session.QueryAsync(_sql.InsertExport, new { rows }, reader => reader.GetInt64(0), cancellationToken);
                if (inserted.Count == 0)
                {
                    var (seq, state, before) = (await session.QueryAsync(
                        _sql.SelectExportForUpdate,
                        new { rows },
                        reader => (reader.GetInt64(0), SqlWords.ExportStateOf(reader.GetString(1)), RowReaders.Json<ExportBatch>(reader, 2)),
                        cancellationToken))[0];
                    if (LayoutOf(before) != LayoutOf(request))
                    {
                        return ExportRequestOutcome.Conflict;
                    }

                    if (!HasEnded(state))
                    {
                        return ExportRequestOutcome.Underway;
                    }

                    await session.ExecuteAsync(_sql.DeleteExportSteps, new { seq }, cancellationToken);
                    await session.ExecuteAsync(_sql.RestartExport, new { seq, request = json, now = SqlTime.Of(now) }, cancellationToken);
                    inserted = [seq];
                }

                await session.ExecuteAsync(_sql.InsertExportStep, new { seq = inserted[0], number = ExportStep.Plan }, cancellationToken);
                return ExportRequestOutcome.Started;
            },
            cancellationToken);
    }

    public Task<ExportState?> CancelExportAsync(Guid batchId, string name, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var rows = SqlJson.Rows([new { BatchId = batchId, Name = name }]);
        return WriteAsync(
            async session =>
            {
                var found = await session.QueryAsync(
                    _sql.SelectExportForUpdate, new { rows }, reader => (Seq: reader.GetInt64(0), State: SqlWords.ExportStateOf(reader.GetString(1))), cancellationToken);
                if (found.Count == 0)
                {
                    return (ExportState?)null;
                }

                var (seq, state) = found[0];
                if (HasEnded(state))
                {
                    return state;
                }

                // Locked, it stays as it is until the transaction ends.
                var export = (await session.QueryAsync(_sql.SelectExportBySequence, new { seq }, RowReaders.Export, cancellationToken))[0];
                await EndExportAsync(session, seq, ExportState.Cancelled, result: null, WrittenOf(export), now, cancellationToken);
                return ExportState.Cancelled;
            },
            cancellationToken);
    }

    public Task<ExportSnapshot?> FindExportAsync(Guid batchId, string name, CancellationToken cancellationToken) =>
        ReadAsync(
            async session =>
            {
                var rows = SqlJson.Rows([new { BatchId = batchId, Name = name }]);
                return (await session.QueryAsync(_sql.SelectExport, new { rows }, RowReaders.Export, cancellationToken)).SingleOrDefault();
            },
            cancellationToken);

    public Task<ExportSnapshot?> FindExportAsync(long export, CancellationToken cancellationToken) =>
        ReadAsync(
            async session => (await session.QueryAsync(_sql.SelectExportBySequence, new { seq = export }, RowReaders.Export, cancellationToken)).SingleOrDefault(),
            cancellationToken);

    public async Task<IReadOnlyList<ExportSnapshot>> ListExportsAsync(Guid batchId, CancellationToken cancellationToken) =>
        await ReadAsync(session => session.QueryAsync(_sql.SelectExports, Ids([batchId]), RowReaders.Export, cancellationToken), cancellationToken);

    public Task<ExportStep?> ClaimExportStepAsync(DateTimeOffset now, TimeSpan lease, CancellationToken cancellationToken)
    {
        var parameters = new { now = SqlTime.Of(now), lease = SqlTime.Of(now + lease) };
        return WriteAsync(
            async session => (await session.QueryAsync(_sql.ClaimExportStep, parameters, RowReaders.ExportStep, cancellationToken)).SingleOrDefault(),
            cancellationToken);
    }

    public async Task<bool> RenewExportStepAsync(ExportStep step, DateTimeOffset until, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(step);
        var parameters = new { seq = step.Export, number = step.Number, run = step.Run, claim = step.Claim, until = SqlTime.Of(until) };
        return await WriteAsync(session => session.ExecuteAsync(_sql.RenewExportStep, parameters, cancellationToken), cancellationToken) > 0;
    }

    public Task<bool> AddExportShardsAsync(ExportStep plan, IReadOnlyList<ExportShardPlan> shards, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(shards);
        var rows = SqlJson.Rows(shards.Select(s => new { ExportSeq = plan.Export, s.Number, plan.Run, s.Contents, s.LeftOut }));
        return WriteAsync(
            async session =>
            {
                // The export first, then its step, as those who end a step take them.
                await session.QueryAsync(_sql.SelectExportState, new { seq = plan.Export }, reader => reader.GetString(0), cancellationToken);
                if ((await session.QueryAsync(_sql.SelectOwnStep, Own(plan), reader => reader.GetInt32(0), cancellationToken)).Count == 0)
                {
                    return false;
                }

                await session.ExecuteAsync(_sql.InsertExportShards, new { rows }, cancellationToken);
                return true;
            },
            cancellationToken);
    }

    public async Task<IReadOnlyList<ExportShardResult>> ListExportShardsAsync(long export, int after, int max, CancellationToken cancellationToken) =>
        await ReadAsync(
            session => session.QueryAsync(_sql.SelectExportShards, new { seq = export, after, max }, RowReaders.ExportShard, cancellationToken), cancellationToken);

    public Task<bool> CompleteExportStepAsync(ExportStep step, string? result, DateTimeOffset now, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(step);
        return WriteAsync(
            async session =>
            {
                // Two that end the last two shards at once would each see the other's as open.
                var seq = step.Export;
                var state = await session.QueryAsync(_sql.SelectExportState, new { seq }, reader => SqlWords.ExportStateOf(reader.GetString(0)), cancellationToken);
                var parameters = new { seq, number = step.Number, run = step.Run, claim = step.Claim, result };
                if (await session.ExecuteAsync(_sql.CompleteExportStep, parameters, cancellationToken) == 0)
                {
                    return false;
                }

                if (step.Number == ExportStep.Finish)
                {
                    await EndExportAsync(session, seq, ExportState.Completed, result, error: null, now, cancellationToken);
                    return true;
                }

                var isPlanned = step.Number == ExportStep.Plan || state[0] != ExportState.Planning;
                var isBuilt = isPlanned && (await session.QueryAsync(_sql.CountOpenShards, new { seq }, reader => reader.GetInt64(0), cancellationToken))[0] == 0;
                if (isBuilt)
                {
                    await session.ExecuteAsync(_sql.InsertExportStep, new { seq, number = ExportStep.Finish }, cancellationToken);
                }

                if (isPlanned)
                {
                    var next = SqlWords.Of(isBuilt ? ExportState.Finishing : ExportState.Building);
                    await session.ExecuteAsync(_sql.SetExportState, new { seq, state = next }, cancellationToken);
                }

                return true;
            },
            cancellationToken);
    }

    public Task<bool> ReturnExportStepAsync(
        ExportStep step, string? error, DateTimeOffset? nextAttemptAt, DateTimeOffset now, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(step);
        var printable = error is null ? null : PrintableText.Of(error);
        return WriteAsync(
            async session =>
            {
                var seq = step.Export;
                await session.QueryAsync(_sql.SelectExportState, new { seq }, reader => reader.GetString(0), cancellationToken);
                var parameters = new
                {
                    seq,
                    number = step.Number,
                    run = step.Run,
                    claim = step.Claim,
                    due = SqlTime.Of(nextAttemptAt ?? now),
                    failed = error is null ? 0 : 1,
                    error = printable,
                };
                if (await session.ExecuteAsync(_sql.ReturnExportStep, parameters, cancellationToken) == 0)
                {
                    return false;
                }

                if (nextAttemptAt is null)
                {
                    await EndExportAsync(session, seq, ExportState.Failed, result: null, printable, now, cancellationToken);
                }

                return true;
            },
            cancellationToken);
    }

    public async IAsyncEnumerable<ManifestRecord> ReadBatchManifestAsync(
        Guid batchId, long firstLine, long lastLine, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var seq = await ReadAsync(session => SequenceAsync(session, batchId, cancellationToken), cancellationToken);
        for (var (line, index) = (firstLine, -1); seq is not null;)
        {
            var parameters = new { seq, line, index, max = ManifestPage };
            var page = await ReadAsync(
                session => session.QueryAsync(_sql.SelectManifestOfBatch, parameters, RowReaders.Manifest, cancellationToken), cancellationToken);
            foreach (var row in page)
            {
                if (row.Record.Line > lastLine)
                {
                    yield break;
                }

                yield return row.Record;
            }

            if (page.Count < ManifestPage)
            {
                yield break;
            }

            (line, index) = (page[^1].Record.Line!.Value, page[^1].Index);
        }
    }

    private async Task EndExportAsync(
        Session session, long seq, ExportState state, string? result, string? error, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await session.ExecuteAsync(_sql.EndExport, new { seq, state = SqlWords.Of(state), result, error, now = SqlTime.Of(now) }, cancellationToken);
        await session.ExecuteAsync(_sql.DeleteExportSteps, new { seq }, cancellationToken);
    }

    private static bool HasEnded(ExportState state) => state is ExportState.Completed or ExportState.Failed or ExportState.Cancelled;

    private static string WrittenOf(ExportSnapshot export) => export.ShardsDone == 0
        ? "Cancelled before a shard was written."
        : FormattableString.Invariant(
            $"Cancelled when {export.ShardsDone} of {export.Shards} shards were written. Their files stay, outside the index; asked for again, the export writes them anew.");

    private static object Own(ExportStep step) => new { seq = step.Export, number = step.Number, run = step.Run, claim = step.Claim };

    // What cannot change from one run to the next.
    private static (string? Place, DatasetFormat Format, int? Lines, long? Bytes, bool IncludesFiltered) LayoutOf(ExportBatch request) =>
        (request.Place, request.Format, request.LinesPerShard, request.ShardBytes, request.IncludeFiltered);
}
