using System.Text.Json;
using SdFleet.Contracts;
using SdFleet.Contracts.Jobs;
using SdFleet.Contracts.Webhooks;
using SdFleet.JobStore;

namespace SdFleet.Coordinator.Webhooks;

/// <summary>
/// Writes the bodies of deliveries, from what the job store knows of a job or a batch when it is sent: an end never changes, so
/// each attempt sends the same. What may change of a batch after its end, its jobs by state, was written with the delivery.
/// </summary>
internal sealed class WebhookBodies(IJobStore store)
{
    /// <summary>The body of a delivery; null where its job or batch is not in the store any more.</summary>
    public async Task<WebhookBody?> MakeAsync(ClaimedWebhook webhook, CancellationToken cancellationToken)
    {
        var type = WebhookType.Of(webhook.Subject, webhook.Event);
        if (webhook.Subject == WebhookSubject.Job)
        {
            var job = await store.FindJobAsync(webhook.SubjectId, cancellationToken).ConfigureAwait(false);
            return job is { FinishedAt: { } finished } ? new WebhookBody(Utf8(type, finished, Of(job, finished)), job.Traceparent) : null;
        }

        var batch = await store.FindBatchAsync(webhook.SubjectId, cancellationToken).ConfigureAwait(false);
        return batch is { FinishedAt: { } end } ? new WebhookBody(Utf8(type, end, Of(batch, webhook.Counts ?? batch.Counts, end)), Traceparent: null) : null;
    }

    private static byte[] Utf8<TData>(string type, DateTimeOffset at, TData data)
        where TData : class =>
        JsonSerializer.SerializeToUtf8Bytes(new WebhookMessage<TData> { Type = type, Timestamp = at, Data = data }, ContractsJson.Options);

    private static WebhookJob Of(JobSnapshot job, DateTimeOffset finished) => new()
    {
        Id = job.Id,
        Tenant = job.Tenant,
        State = job.State,
        ImageCount = job.ImageCount,
        Images = [.. job.Images.Select(image => new WebhookImage(image.Index, image.Artifact, image.Sha256, image.Bytes, image.Seed))],
        Attempts = job.Attempt,

        // A job that was completed in the end may have failed before.
        Error = job.State == JobState.Failed ? job.Error : null,
        SubmittedAt = job.SubmittedAt,
        FinishedAt = finished,
    };

    private static WebhookBatch Of(BatchSnapshot batch, IReadOnlyList<BatchCount> counts, DateTimeOffset finished) => new()
    {
        Id = batch.Batch.Id,
        Name = batch.Batch.Name,
        Tenant = batch.Batch.Tenant,
        State = batch.State,
        Lines = batch.Lines,
        BadLines = batch.BadLines,
        CompletedJobs = Jobs(counts, JobState.Completed),
        FailedJobs = Jobs(counts, JobState.Failed),
        CancelledJobs = Jobs(counts, JobState.Cancelled),
        ImagesDone = counts.Where(count => count.State == JobState.Completed).Sum(count => count.Images),
        Error = batch.Error,
        SubmittedAt = batch.Batch.SubmittedAt,
        FinishedAt = finished,
    };

    private static long Jobs(IReadOnlyList<BatchCount> counts, JobState state) => counts.Where(count => count.State == state).Sum(count => count.Jobs);
}
