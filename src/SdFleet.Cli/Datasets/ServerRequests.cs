using System.Runtime.CompilerServices;
using SdFleet.Cli.Client;
using SdFleet.Cli.Output;
using SdFleet.Contracts.Api;
using SdFleet.Contracts.Batches;
using SdFleet.Contracts.Identity;
using SdFleet.Contracts.Jobs;
using SdFleet.Coordinator.Datasets;

namespace SdFleet.Cli.Datasets;

/// <summary>
/// What a batch asked for, as a server's API tells it: a line is in the manifest, or among the bad lines, or its job, whose id
/// follows from the line, says where it stands. Only lines of the last kind cost a request each.
/// </summary>
internal static class ServerRequests
{
    /// <summary>Reads all lines in order.</summary>
    /// <param name="client">The server.</param>
    /// <param name="batch">The batch.</param>
    /// <param name="manifest">Its manifest, in order.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="CliException">The server does not know the batch.</exception>
    public static async IAsyncEnumerable<RequestedImage> ReadAsync(
        FleetClient client, Guid batch, IAsyncEnumerable<DatasetImage> manifest, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var view = await client.FindBatchAsync(batch, cancellationToken) ?? throw new CliException($"{client.Server} has no batch {batch}.");
        await using var problems = client.ReadBatchProblemsAsync(batch, cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using var records = manifest.GetAsyncEnumerator(cancellationToken);
        var hasProblem = await problems.MoveNextAsync();
        var hasRecord = await records.MoveNextAsync();
        for (var line = 1L; line <= view.Lines; line++)
        {
            var id = DerivedId.FromBatchLine(batch, line);
            var isMade = false;
            for (; hasRecord && records.Current.Line == line; hasRecord = await records.MoveNextAsync())
            {
                // A job is completed with all its pictures at once.
                isMade = true;
                yield return new RequestedImage(line, records.Current.Key.Index) { JobId = id };
            }

            if (hasProblem && problems.Current.Line == line)
            {
                yield return new RequestedImage(line, 0) { Absence = Absence.Rejected, Detail = string.Join("; ", problems.Current.Errors) };
                hasProblem = await problems.MoveNextAsync();
            }
            else if (!isMade)
            {
                foreach (var image in Of(line, id, await client.FindJobAsync(id, cancellationToken), view))
                {
                    yield return image;
                }
            }
        }
    }

    private static IEnumerable<RequestedImage> Of(long line, Guid id, JobView? job, BatchView batch)
    {
        if (job is null)
        {
            // Not read yet; it never will be where the batch was given up.
            Absence? given = batch.State switch
            {
                BatchState.Failed => Absence.Failed,
                BatchState.Cancelled => Absence.Cancelled,
                _ => null,
            };
            return [new RequestedImage(line, 0) { JobId = id, Absence = given, Detail = given is null ? null : batch.Error }];
        }

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
