using Microsoft.Extensions.Options;
using SdFleet.Contracts.Events;
using SdFleet.Contracts.Jobs;
using SdFleet.Contracts.Workers;
using SdFleet.Coordinator.Batching;
using SdFleet.Coordinator.Leases;
using SdFleet.Coordinator.Release;
using SdFleet.Coordinator.Scaling;
using SdFleet.JobStore;

namespace SdFleet.Coordinator.Events;

/// <summary>Enters workers' reports into the job store.</summary>
internal sealed partial class ReportBook : IAsyncDisposable
{
    private const int MaxBatch = 1000;

    private readonly Batcher<JobEvent, EventOutcome> _events;
    private readonly Batcher<WorkerHeartbeat, bool> _heartbeats;
    private readonly StopNotices _stops;
    private readonly ReleaseSignal _release;
    private readonly JobCosts _costs;
    private readonly ILogger<ReportBook> _logger;

    public ReportBook(
        IJobStore store,
        IOptions<RetryPolicy> retry,
        IOptions<LeaseOptions> leases,
        StopNotices stops,
        ReleaseSignal release,
        JobCosts costs,
        TimeProvider clock,
        ILogger<ReportBook> logger)
    {
        _stops = stops;
        _release = release;
        _costs = costs;
        _logger = logger;

        // With pauses, as nobody waits for it: the worker has its broker's word.
        _events = new Batcher<JobEvent, EventOutcome>(
            MaxBatch, GatheringPause.After, (events, token) => store.ApplyAsync(events, retry.Value, clock.GetUtcNow(), leases.Value.RunLease, token));
        _heartbeats = new Batcher<WorkerHeartbeat, bool>(MaxBatch, pauseAfter: null, async (heartbeats, token) =>
        {
            var unwanted = await store.RecordHeartbeatsAsync(heartbeats, clock.GetUtcNow(), leases.Value.RunLease, token).ConfigureAwait(false);
            stops.Send([.. unwanted.Where(u => IsOver(u.State)).Select(u => new HeldAttempt(u.JobId, u.Attempt))]);
            return [.. heartbeats.Select(_ => true)];
        });
    }

    public async Task EnterAsync(JobStarted report)
    {
        var outcome = await EnterAsync(JobEvent.From(report), report.WorkerId).ConfigureAwait(false);

        // One that only begins has nothing to lose: stopped where it is not the job's living attempt.
        if (outcome.Result is EventResult.Stale or EventResult.Unknown || outcome.State == JobState.Failed)
        {
            _stops.Send([new HeldAttempt(report.JobId, report.Attempt)]);
        }
    }

    public async Task EnterAsync(JobProgress report)
    {
        var outcome = await EnterAsync(JobEvent.From(report), report.WorkerId).ConfigureAwait(false);
        if (outcome.State is null || outcome.State.Value.IsTerminal())
        {
            _stops.Send([new HeldAttempt(report.JobId, report.Attempt)]);
        }
    }

    public Task EnterAsync(JobCompleted report) => EnterAsync(JobEvent.From(report), report.WorkerId);

    public Task EnterAsync(JobFailed report)
    {
        LogFailed(report.JobId, report.Attempt, report.ErrorClass, report.WorkerId, report.Reason);
        return EnterAsync(JobEvent.From(report), report.WorkerId);
    }

    /// <summary>All of them, or it fails as the first that could not be entered; then they may all come again.</summary>
    public Task EnterAsync(JobReports reports) => Task.WhenAll(
        [.. reports.Started.Select(EnterAsync), .. reports.Completed.Select(EnterAsync), .. reports.Failed.Select(EnterAsync)]);

    public Task EnterAsync(WorkerHeartbeat heartbeat) => _heartbeats.ProcessAsync(heartbeat);

    public async ValueTask DisposeAsync()
    {
        await _events.DisposeAsync().ConfigureAwait(false);
        await _heartbeats.DisposeAsync().ConfigureAwait(false);
    }

    // A superseded attempt may go on until another one has begun: should it be the first to finish, its success counts.
    private static bool IsOver(JobState? state) => state is not (JobState.Queued or JobState.Released);

    private async Task<EventOutcome> EnterAsync(JobEvent report, string workerId)
    {
        var outcome = await _events.ProcessAsync(report).ConfigureAwait(false);
        Count(report, outcome);

        // A report may come twice, and of more than one attempt.
        if (report.Report is JobCompleted completed && outcome.Result == EventResult.Applied)
        {
            _costs.Observe(completed);
        }

        if (outcome.Result == EventResult.Refused)
        {
            LogRefused(report.Report.GetType().Name, report.JobId, report.Attempt, workerId, outcome.Reason);
        }

        // Whatever ended an attempt made room in the window.
        if (outcome.State is { } state && state is not (JobState.Running or JobState.Released))
        {
            _release.Set();
        }

        return outcome;
    }

    private static void Count(JobEvent report, EventOutcome outcome)
    {
        var kind = report.Report switch
        {
            JobStarted => "started",
            JobCompleted => "completed",
            JobFailed { ErrorClass: ErrorClass.Evicted } => "evicted",
            JobFailed => "failed",
            _ => null, // Progress comes many times an attempt and ends nothing.
        };
        if (kind is not null)
        {
            CoordinatorMetrics.CountReport(kind, outcome.Result);
        }

        if (report.Report is JobFailed && outcome is { Result: EventResult.Applied, State: JobState.Failed })
        {
            CoordinatorMetrics.FailedJobs.Add(1);
        }

        if (report.Report is JobFailed failed && outcome is { Result: EventResult.Applied, State: JobState.Queued })
        {
            CoordinatorMetrics.CountRetries(failed.ErrorClass == ErrorClass.Evicted ? CoordinatorMetrics.RetryEvicted : CoordinatorMetrics.RetryFailed, 1);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Attempt {Attempt} of job {JobId} ended as {ErrorClass} on {WorkerId}: {Reason}")]
    private partial void LogFailed(Guid jobId, int attempt, ErrorClass errorClass, string workerId, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "Refused {Report} of job {JobId}, attempt {Attempt}, from {WorkerId}: {Reason}")]
    private partial void LogRefused(string report, Guid jobId, int attempt, string workerId, string? reason);
}
