using System.Runtime.CompilerServices;
using SdFleet.Contracts.Batches;
using SdFleet.Contracts.Images;

namespace SdFleet.JobStore.Sql;

/// <content>What only looks at batches.</content>
internal sealed partial class SqlJobStore
{
    private const int MaxReasons = 20;

    public async Task<IReadOnlyList<BatchSource>> ListBatchSourcesAsync(long maxQueued, int max, CancellationToken cancellationToken) =>
        await ReadAsync(
            session => session.QueryAsync(_sql.SelectBatchSources, new { maxQueued, max }, RowReaders.Source, cancellationToken), cancellationToken);

    public Task<BatchSnapshot?> FindBatchAsync(Guid batchId, CancellationToken cancellationToken) =>
        ReadAsync(
            async session =>
            {
                var found = await session.QueryAsync(_sql.SelectBatch, Ids([batchId]), RowReaders.BatchSnapshot, cancellationToken);
                return (await CountedAsync(session, found, cancellationToken)).SingleOrDefault();
            },
            cancellationToken);

    public Task<IReadOnlyList<BatchSnapshot>> ListBatchesAsync(string? tenant, long? before, int max, CancellationToken cancellationToken) =>
        ReadAsync(
            async session =>
            {
                var sql = tenant is null ? _sql.SelectBatches : _sql.SelectBatchesOfTenant;
                var found = await session.QueryAsync(
                    sql, new { tenant, before = before ?? long.MaxValue, max }, RowReaders.BatchSnapshot, cancellationToken);
                return await CountedAsync(session, found, cancellationToken);
            },
            cancellationToken);

    public Task<BatchActivity> ReadBatchActivityAsync(Guid batchId, DateTimeOffset since, CancellationToken cancellationToken) =>
        ReadAsync(
            async session =>
            {
                if (await SequenceAsync(session, batchId, cancellationToken) is not { } seq)
                {
                    return new BatchActivity(RecentImages: 0, Workers: 0, []);
                }

                var parameters = new { seq, since = SqlTime.Of(since), max = MaxReasons };
                var images = await session.QueryAsync(_sql.SelectRecentImages, parameters, reader => reader.GetInt64(0), cancellationToken);
                var workers = await session.QueryAsync(_sql.SelectBatchWorkers, parameters, reader => reader.GetInt64(0), cancellationToken);
                var failures = await session.QueryAsync(_sql.SelectBatchFailures, parameters, RowReaders.Failure, cancellationToken);
                return new BatchActivity(images[0], (int)workers[0], failures);
            },
            cancellationToken);

    public Task<IReadOnlyList<BatchProblem>> ListBatchProblemsAsync(Guid batchId, long afterLine, int max, CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyList<BatchProblem>>(
            async session => await SequenceAsync(session, batchId, cancellationToken) is { } seq
                ? await session.QueryAsync(_sql.SelectProblems, new { seq, line = afterLine, max }, RowReaders.Problem, cancellationToken)
                : [],
            cancellationToken);

    public async IAsyncEnumerable<BatchJobStatus> ReadBatchJobsAsync(Guid batchId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var seq = await ReadAsync(session => SequenceAsync(session, batchId, cancellationToken), cancellationToken);
        for (var line = 0L; seq is not null;)
        {
            var parameters = new { seq, line, max = ManifestPage };
            var page = await ReadAsync(session => session.QueryAsync(_sql.SelectJobsOfBatch, parameters, RowReaders.BatchJob, cancellationToken), cancellationToken);
            foreach (var job in page)
            {
                yield return job;
            }

            if (page.Count < ManifestPage)
            {
                yield break;
            }

            line = page[^1].Line;
        }
    }

    public async IAsyncEnumerable<ManifestRecord> ReadBatchManifestAsync(Guid batchId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var seq = await ReadAsync(session => SequenceAsync(session, batchId, cancellationToken), cancellationToken);
        for (var (line, index) = (0L, -1); seq is not null;)
        {
            var parameters = new { seq, line, index, max = ManifestPage };
            var page = await ReadAsync(
                session => session.QueryAsync(_sql.SelectManifestOfBatch, parameters, RowReaders.Manifest, cancellationToken), cancellationToken);
            foreach (var row in page)
            {
                yield return row.Record;
            }

            if (page.Count < ManifestPage)
            {
                yield break;
            }

            (line, index) = (page[^1].Record.Line!.Value, page[^1].Index);
        }
    }

    private async Task<long?> SequenceAsync(Session session, Guid batchId, CancellationToken cancellationToken)
    {
        var found = await session.QueryAsync(_sql.SelectBatchSequence, Ids([batchId]), reader => reader.GetInt64(0), cancellationToken);
        return found.Count > 0 ? found[0] : null;
    }

    private async Task<IReadOnlyList<BatchSnapshot>> CountedAsync(Session session, List<BatchSnapshot> batches, CancellationToken cancellationToken)
    {
        if (batches.Count == 0)
        {
            return batches;
        }

        var parameters = new { rows = SqlJson.Rows(batches.Select(b => new { seq = b.Sequence })) };
        var counts = (await session.QueryAsync(_sql.SelectBatchCounts, parameters, RowReaders.BatchCount, cancellationToken)).ToLookup(c => c.Batch, c => c.Count);
        return [.. batches.Select(b => b with { Counts = [.. counts[b.Sequence]] })];
    }
}
