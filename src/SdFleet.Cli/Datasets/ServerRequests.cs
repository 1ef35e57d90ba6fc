using System.Runtime.CompilerServices;
using SdFleet.Cli.Client;
using SdFleet.Contracts.Api;
using SdFleet.Contracts.Batches;
using SdFleet.Contracts.Identity;
using SdFleet.Contracts.Jobs;
using SdFleet.Coordinator.Datasets;

namespace SdFleet.Cli.Datasets;

/// <summary>
/// What a batch asked for, as a server's API tells it: a line is in the manifest, or among the bad lines, or its job, whose id
/// follows from the line, says where it stands. Only lines of the last kind cost a request each; where records are lost, those in
/// the manifest do too.
/// </summary>
internal static class ServerRequests
{
    /// <summary>Reads all lines in order.</summary>
    /// <param name="client">The server.</param>
    /// <param name="batch">The batch, as it was before its manifest was read.</param>
    /// <param name="manifest">Its manifest, in order.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async IAsyncEnumerable<RequestedImage> ReadAsync(
        FleetClient client, BatchView batch, IAsyncEnumerable<DatasetImage> manifest, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Records only become more. Counted apart from them, the finished pictures show when some have gone.
        var isShort = await manifest.LongCountAsync(cancellationToken) < batch.ImagesDone;
        await using var problems = client.ReadBatchProblemsAsync(batch.Id, cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using var records = manifest.GetAsyncEnumerator(cancellationToken);
        var hasProblem = await problems.MoveNextAsync();
        var hasRecord = await records.MoveNextAsync();
        for (var line = 1L; line <= batch.Lines; line++)
        {
            var id = DerivedId.FromBatchLine(batch.Id, line);
            var made = new List<RequestedImage>();
            for (; hasRecord && records.Current.Line == line; hasRecord = await records.MoveNextAsync())
            {
                made.Add(new RequestedImage(line, records.Current.Key.Index) { JobId = id });
            }

            IEnumerable<RequestedImage> wanted;
            if (hasProblem && problems.Current.Line == line)
            {
                wanted = [new RequestedImage(line, 0) { Absence = Absence.Rejected, Detail = string.Join("; ", problems.Current.Errors) }];
                hasProblem = await problems.MoveNextAsync();
            }
            else if (made.Count > 0 && !isShort)
            {
                // A job is completed with all its pictures at once.
                wanted = made;
            }
            else if (made.Count == 0 && line > batch.LinesRead)
            {
                wanted = [Unread(line, id, batch)];
            }
            else
            {
                var job = await client.FindJobAsync(id, cancellationToken);
                wanted = job is null ? [Unread(line, id, batch)] : Of(line, id, job);
            }

            foreach (var image in wanted)
            {
                yield return image;
            }
        }
    }

    // It never will be read where the batch was given up.
    private static RequestedImage Unread(long line, Guid id, BatchView batch)
    {
        Absence? given = batch.State switch
        {
            BatchState.Failed => Absence.Failed,
            BatchState.Cancelled => Absence.Cancelled,
            _ => null,
        };
        return new RequestedImage(line, 0) { JobId = id, Absence = given, Detail = given is null ? null : batch.Error, IsUnread = line > batch.LinesRead };
    }

    private static IEnumerable<RequestedImage> Of(long line, Guid id, JobView job)
    {
        Absence? absence = job.State switch
        {
            JobState.Failed => Absence.Failed,
            JobState.Cancelled => Absence.Cancelled,
            JobState.Rejected => Absence.Rejected,
            _ => null,
        };
        return Enumerable.Range(0, job.ImageCount)
            .Select(index => new RequestedImage(line, index) { JobId = id, Absence = absence, Detail = absence is null ? null : job.Error });
    }
}
