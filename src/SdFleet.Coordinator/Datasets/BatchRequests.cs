using System.Runtime.CompilerServices;
using SdFleet.Contracts.Batches;
using SdFleet.Contracts.Jobs;
using SdFleet.JobStore;

namespace SdFleet.Coordinator.Datasets;

/// <summary>What a batch asked for, line by line, as the job store knows it: which pictures, and why some of them will not come.</summary>
public static class BatchRequests
{
    private const int ProblemPage = 1000;

    /// <summary>
    /// Reads all lines in order. A line that was no job has one picture, which was rejected; one that is not read yet has at
    /// least one, which is due as long as the batch goes on.
    /// </summary>
    /// <exception cref="DatasetException">There is no such batch.</exception>
    public static async IAsyncEnumerable<RequestedImage> ReadAsync(
        IJobStore jobs, Guid batch, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(jobs);
        var snapshot = await jobs.FindBatchAsync(batch, cancellationToken) ?? throw new DatasetException($"There is no batch {batch}.");
        var last = 0L;
        await using var problems = ProblemsAsync(jobs, batch, cancellationToken).GetAsyncEnumerator(cancellationToken);
        var hasProblem = await problems.MoveNextAsync();
        await foreach (var job in jobs.ReadBatchJobsAsync(batch, cancellationToken))
        {
            for (; hasProblem && problems.Current.Line < job.Line; hasProblem = await problems.MoveNextAsync())
            {
                yield return Rejected(problems.Current);
            }

            last = job.Line;
            for (var index = 0; index < job.Images; index++)
            {
                var absence = AbsenceOf(job.State);
                yield return new RequestedImage(job.Line, index) { JobId = job.JobId, Absence = absence, Detail = absence is null ? null : job.Error };
            }
        }

        for (; hasProblem; hasProblem = await problems.MoveNextAsync())
        {
            last = problems.Current.Line;
            yield return Rejected(problems.Current);
        }

        // Lines are read in order.
        for (var line = Math.Max(last, snapshot.LinesRead) + 1; line <= snapshot.Lines; line++)
        {
            yield return new RequestedImage(line, 0) { Absence = AbsenceOf(snapshot.State), Detail = snapshot.Error };
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

    private static async IAsyncEnumerable<BatchProblem> ProblemsAsync(
        IJobStore jobs, Guid batch, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var after = 0L; ;)
        {
            var page = await jobs.ListBatchProblemsAsync(batch, after, ProblemPage, cancellationToken);
            foreach (var problem in page)
            {
                yield return problem;
            }

            if (page.Count < ProblemPage)
            {
                yield break;
            }

            after = page[^1].Line;
        }
    }
}
