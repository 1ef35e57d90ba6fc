using System.Runtime.CompilerServices;
using SdFleet.Contracts.Images;
using SdFleet.Contracts.Jobs;

namespace SdFleet.JobStore.Sql;

internal sealed partial class SqlJobStore
{
    private const int ManifestPage = 1000;

    public Task<JobSnapshot?> FindJobAsync(Guid jobId, CancellationToken cancellationToken) =>
        ReadAsync(
            async session =>
            {
                var found = await session.QueryAsync(_sql.SelectJob, Ids([jobId]), RowReaders.Snapshot, cancellationToken);
                if (found is not [var (seq, job)])
                {
                    return null;
                }

                // Pictures and the completed state are committed together, and neither changes again: read in this order they agree.
                return job.State == JobState.Completed
                    ? job with { Images = await session.QueryAsync(_sql.SelectImages, new { seq }, reader => RowReaders.Json<ImageRecord>(reader, 0), cancellationToken) }
                    : job;
            },
            cancellationToken);

    public Task<ImageRecord?> FindImageAsync(Guid jobId, int index, CancellationToken cancellationToken) =>
        ReadAsync(
            async session =>
            {
                var parameters = new { rows = SqlJson.Rows([new { id = jobId }]), index };
                var found = await session.QueryAsync(_sql.SelectImage, parameters, reader => RowReaders.Json<ImageRecord>(reader, 0), cancellationToken);
                return found.SingleOrDefault();
            },
            cancellationToken);

    public async Task<IReadOnlyList<JobCount>> CountAsync(CancellationToken cancellationToken) =>
        await ReadAsync(session => session.QueryAsync(_sql.SelectCounts, null, RowReaders.Count, cancellationToken), cancellationToken);

    public async Task<long> InFlightAsync(string model, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(model);
        var sums = await ReadAsync(
            session => session.QueryAsync(_sql.SelectInFlight, new { model }, reader => reader.GetInt64(0), cancellationToken), cancellationToken);
        return sums[0];
    }

    public IAsyncEnumerable<ManifestRecord> ReadManifestAsync(IReadOnlyCollection<Guid>? jobIds, CancellationToken cancellationToken) =>
        jobIds is null ? ReadWholeManifestAsync(cancellationToken) : ReadManifestOfAsync(jobIds, cancellationToken);

    private async IAsyncEnumerable<ManifestRecord> ReadWholeManifestAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (seq, index) = (0L, -1);
        while (true)
        {
            var parameters = new { seq, index, max = ManifestPage };
            var page = await ReadAsync(
                session => session.QueryAsync(_sql.SelectManifestAfter, parameters, RowReaders.Manifest, cancellationToken), cancellationToken);
            foreach (var row in page)
            {
                yield return row.Record;
            }

            if (page.Count < ManifestPage)
            {
                yield break;
            }

            (seq, index, _) = page[^1];
        }
    }

    private async IAsyncEnumerable<ManifestRecord> ReadManifestOfAsync(
        IReadOnlyCollection<Guid> jobIds, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var sequence = await ReadAsync(
            session => session.QueryAsync(_sql.SelectSequence, Ids(jobIds), reader => reader.GetInt64(0), cancellationToken), cancellationToken);
        foreach (var chunk in sequence.Chunk(ManifestPage / 4))
        {
            var parameters = new { rows = SqlJson.Rows(chunk.Select(seq => new { seq })) };
            var page = await ReadAsync(
                session => session.QueryAsync(_sql.SelectManifestOf, parameters, RowReaders.Manifest, cancellationToken), cancellationToken);
            foreach (var row in page)
            {
                yield return row.Record;
            }
        }
    }
}
