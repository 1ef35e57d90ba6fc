using SdFleet.Contracts.Batches;
using SdFleet.Contracts.Images;

namespace SdFleet.JobStore;

/// <content>Batches: jobs that came together, as lines of one source.</content>
public partial interface IJobStore
{
    /// <summary>Admits a batch; its expansion begins at its first line.</summary>
    Task<AdmitResult> AdmitBatchAsync(NewBatch batch, CancellationToken cancellationToken);

    /// <summary>
    /// Tries whether the store admits batches: admits one that nothing is wrong with, and takes it back before anybody sees it. Whoever
    /// was refused learns so whether it was that batch alone.
    /// </summary>
    /// <exception cref="JobStoreException">It admits none.</exception>
    Task TryBatchAdmissionAsync(CancellationToken cancellationToken);

    /// <summary>Batches that are neither paused nor expanded, of whose jobs at most <paramref name="maxQueued"/> wait, the oldest first.</summary>
    Task<IReadOnlyList<BatchSource>> ListBatchSourcesAsync(long maxQueued, int max, CancellationToken cancellationToken);

    /// <summary>
    /// Writes the next lines of a batch: jobs, problems and the place to go on at, all of it or nothing, so that no line is read
    /// twice or left out, whoever dies and however many coordinators expand. Where bad lines are more than the batch allows,
    /// it is given up and what is left of its jobs is cancelled.
    /// </summary>
    Task<BatchExpansionOutcome> ExpandBatchAsync(BatchExpansion expansion, CancellationToken cancellationToken);

    /// <summary>
    /// Marks batches whose lines are all read and whose jobs are all at their end as completed, and as not paused those that are over and have
    /// nothing to hold back.
    /// </summary>
    /// <returns>Which.</returns>
    Task<IReadOnlyList<Guid>> CompleteBatchesAsync(DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>
    /// Cancels a batch: the lines that are not read yet, and every job of it that has not reached its end. Of one that is over, the jobs that
    /// are made again; its state stays.
    /// </summary>
    Task<BatchCancelOutcome> CancelBatchAsync(Guid batchId, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>
    /// Stops or resumes expanding and releasing a batch, or, where it is over, releasing what is made again of it. What was released before
    /// goes on. The end of a batch ends its pause, and where it was paused after that, the end of what is made again does.
    /// </summary>
    /// <returns>False where there is no such batch, or it has reached its end and nothing of it is made again.</returns>
    Task<bool> PauseBatchAsync(Guid batchId, bool paused, CancellationToken cancellationToken);

    /// <summary>One batch, or null.</summary>
    Task<BatchSnapshot?> FindBatchAsync(Guid batchId, CancellationToken cancellationToken);

    /// <summary>Batches, the newest first.</summary>
    /// <param name="tenant">Only this tenant's; null for all.</param>
    /// <param name="before">Only those before this place in the order of admission; null for the newest.</param>
    /// <param name="max">Most batches.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<IReadOnlyList<BatchSnapshot>> ListBatchesAsync(string? tenant, long? before, int max, CancellationToken cancellationToken);

    /// <summary>What goes on in a batch. Costs more the more pictures were finished since <paramref name="since"/>.</summary>
    Task<BatchActivity> ReadBatchActivityAsync(Guid batchId, DateTimeOffset since, CancellationToken cancellationToken);

    /// <summary>Bad lines of a batch by number, those after <paramref name="afterLine"/>.</summary>
    Task<IReadOnlyList<BatchProblem>> ListBatchProblemsAsync(Guid batchId, long afterLine, int max, CancellationToken cancellationToken);

    /// <summary>Every job of a batch by line, read page by page: with the bad lines, all lines that have been read.</summary>
    IAsyncEnumerable<BatchJobStatus> ReadBatchJobsAsync(Guid batchId, CancellationToken cancellationToken);

    /// <summary>The manifest of a batch, by line, then by index. Read page by page, like <see cref="ReadManifestAsync"/>.</summary>
    IAsyncEnumerable<ManifestRecord> ReadBatchManifestAsync(Guid batchId, CancellationToken cancellationToken);
}
