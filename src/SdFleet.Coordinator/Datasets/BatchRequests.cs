using System.Runtime.CompilerServices;
using SdFleet.Contracts.Batches;
using SdFleet.Contracts.Jobs;
using SdFleet.JobStore;

namespace SdFleet.Coordinator.Datasets;

/// <summary>What a batch asked for, line by line, as the job store knows it: which pictures, and why some of them will not come.</summary>
public static class BatchRequests
{
    /// <summary>
    /// Reads all lines in order. A line that was no job has one picture, which was rejected; one that is not read yet has at
    /// least one, which is due as long as the batch goes on. One that was read, and is neither a job nor a bad line, is due too:
    /// it was lost.
    /// </summary>
    /// <exception cref="DatasetException">There is no such batch.</exception>
    public static async IAsyncEnumerable<RequestedImage> ReadAsync(
        IJobStore jobs, Guid batch, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(jobs);
        var snapshot = await jobs.FindBatchAsync(batch, cancellationToken) ?? throw new DatasetException($"There is no batch {batch}.");
        var problems = new BatchProblems(jobs, batch);
        var next = 1L;
        await foreach (var job in jobs.ReadBatchJobsAsync(batch, cancellationToken))
        {
            for (; next < job.Line; next++)
            {
                // Lines are read in order.
                var problem = await problems.FindAsync(next, readThrough: job.Line, cancellationToken);
                yield return problem is null ? new RequestedImage(next, 0) : Rejected(problem);
            }

            next = job.Line + 1;
            for (var index = 0; index < job.Images; index++)
            {
                var absence = AbsenceOf(job.State);
                yield return new RequestedImage(job.Line, index) { JobId = job.JobId, Absence = absence, Detail = absence is null ? null : job.Error };
            }
        }

        for (; next <= snapshot.Lines; next++)
        {
            var problem = await problems.FindAsync(next, readThrough: snapshot.Lines, cancellationToken);
            yield return problem is not null ? Rejected(problem)
                : next <= snapshot.LinesRead ? new RequestedImage(next, 0)
                : new RequestedImage(next, 0) { Absence = AbsenceOf(snapshot.State), Detail = snapshot.Error, IsUnread = true };
        }
    }

    private static Absence? AbsenceOf(BatchState state) => state switch
    {
        BatchState.Failed => Absence.Failed,
        BatchState.Cancelled => Absence.Cancelled,
        _ => null,
    };

    private static Absence? AbsenceOf(JobState state) => state switch
    {
        JobState.Failed => Absence.Failed,
        JobState.Cancelled => Absence.Cancelled,
        JobState.Rejected => Absence.Rejected,
        _ => null,
    };

    private static RequestedImage Rejected(BatchProblem problem) =>
        new(problem.Line, 0) { Absence = Absence.Rejected, Detail = string.Join("; ", problem.Errors) };
}
