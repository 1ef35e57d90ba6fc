using SdFleet.Contracts.Identity;
using SdFleet.Contracts.Jobs;
using SdFleet.JobStore;

namespace SdFleet.Api.Jobs;

/// <summary>
/// Compares a submission with what is stored under its id, so that a client that uses an id twice learns of it at once. The
/// coordinator decides in any case: where the store is slow or away, the submission goes on.
/// </summary>
internal sealed class KnownJobs(IJobStore store, TimeProvider time, ILogger<KnownJobs> log)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    public async Task<KnownJob> CompareAsync(ResolvedJob job, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        try
        {
            var stored = await store.FindJobAsync(job.Id, either.Token).WaitAsync(either.Token);
            return stored is null or { State: JobState.Rejected } ? KnownJob.None : IsSame(stored, job) ? KnownJob.Same : KnownJob.Other;
        }
        catch (Exception e) when (e is JobStoreException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            log.LogWarning(e, "Job {JobId} goes to the coordinator unchecked: the job store does not answer.", job.Id);
            return KnownJob.None;
        }
    }

    private static bool IsSame(JobSnapshot stored, ResolvedJob job) =>
        stored.Recipe is { } recipe &&
        JobDigest.Of(job) == JobDigest.Of(job with { Tenant = stored.Tenant, Lane = stored.Lane, Images = stored.ImageCount, Recipe = recipe, Webhook = stored.Webhook });
}
