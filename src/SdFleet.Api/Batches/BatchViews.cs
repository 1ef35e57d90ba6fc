using SdFleet.Contracts.Api;
using SdFleet.Contracts.Batches;
using SdFleet.Contracts.Jobs;
using SdFleet.JobStore;

namespace SdFleet.Api.Batches;

/// <summary>Shows batches.</summary>
internal sealed class BatchViews(IJobStore store, TimeProvider time)
{
    // Long enough for slow models to have finished something, short enough to follow workers that come and go.
    private static readonly TimeSpan RateWindow = TimeSpan.FromMinutes(5);

    /// <summary>A batch from its counters alone.</summary>
    public static BatchView Of(BatchSnapshot batch) => new()
    {
        Id = batch.Batch.Id,
        Name = batch.Batch.Name,
        Description = batch.Batch.Description,
        Tenant = batch.Batch.Tenant,
        State = batch.State,
        Paused = batch.Paused,
        Lines = batch.Lines,
        LinesRead = batch.LinesRead,
        BadLines = batch.BadLines,
        Jobs = new BatchJobsView
        {
            Queued = Jobs(batch, JobState.Queued),
            Released = Jobs(batch, JobState.Released),
            Running = Jobs(batch, JobState.Running),
            Completed = Jobs(batch, JobState.Completed),
            Failed = Jobs(batch, JobState.Failed),
            Cancelled = Jobs(batch, JobState.Cancelled),
        },
        Images = batch.Counts.Sum(c => c.Images),
        ImagesDone = batch.Counts.Where(c => c.State == JobState.Completed).Sum(c => c.Images),
        Failures = batch.Counts.Sum(c => c.Failures),
        Evictions = batch.Counts.Sum(c => c.Evictions),
        Error = batch.Error,
        SubmittedAt = batch.Batch.SubmittedAt,
        FinishedAt = batch.FinishedAt,
    };

    /// <summary>A batch with its rate, its workers, its end and its failures.</summary>
    public async Task<BatchView> WithActivityAsync(BatchSnapshot batch, CancellationToken cancellationToken)
    {
        var view = Of(batch);
        var now = time.GetUtcNow();
        var since = batch.AdmittedAt > now - RateWindow ? batch.AdmittedAt : now - RateWindow;
        var activity = await store.ReadBatchActivityAsync(view.Id, since, cancellationToken);
        view = view with { FailedBecause = activity.Failures };
        if (view.State.IsTerminal())
        {
            return view;
        }

        var rate = activity.RecentImages / Math.Max((now - since).TotalSeconds, 1);
        return view with { ImagesPerSecond = rate, Workers = activity.Workers, EstimatedEnd = EstimatedEnd(view, rate, now) };
    }

    private static long Jobs(BatchSnapshot batch, JobState state) => batch.Counts.Where(c => c.State == state).Sum(c => c.Jobs);

    // Lines that are not read yet are taken to be like those that are.
    private static DateTimeOffset? EstimatedEnd(BatchView view, double rate, DateTimeOffset now)
    {
        if (rate <= 0 || view.Paused || view.LinesRead == 0)
        {
            return null;
        }

        var jobs = view.Jobs;
        var all = jobs.Queued + jobs.Released + jobs.Running + jobs.Completed + jobs.Failed + jobs.Cancelled;
        var open = (double)(jobs.Queued + jobs.Released + jobs.Running);
        var unread = (double)(view.Lines - view.LinesRead) * all / view.LinesRead;
        var seconds = all == 0 ? 0 : (open + unread) * view.Images / all / rate;
        return seconds < TimeSpan.FromDays(3650).TotalSeconds ? now.AddSeconds(seconds) : null;
    }
}
