using Microsoft.Extensions.Options;
using SdFleet.Contracts.Jobs;
using SdFleet.Coordinator.Release;
using SdFleet.JobStore;

namespace SdFleet.Coordinator.Leases;

/// <summary>Takes back what workers have that nobody has heard of for too long.</summary>
internal sealed partial class LeaseService(
    IJobStore store,
    ReleaseSignal release,
    IOptions<LeaseOptions> leases,
    IOptions<RetryPolicy> retry,
    TimeProvider clock,
    ILogger<LeaseService> logger) : PeriodicService(clock)
{
    private const int MaxSweep = 1000;

    private DateTimeOffset _lastLook;
    private DateTimeOffset _sweepFrom;

    protected override TimeSpan Interval => leases.Value.SweepInterval;

    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        _lastLook = Clock.GetUtcNow();
        Wait();
        return base.ExecuteAsync(stoppingToken);
    }

    protected override async Task RunAsync(CancellationToken stoppingToken)
    {
        var now = Clock.GetUtcNow();
        var gap = now - _lastLook;
        _lastLook = now;

        // Longer than a worker may have been heard of last, by this clock: nobody was heard of meanwhile, or the clock was set.
        if (gap.Duration() > Interval + (leases.Value.RunLease / 2))
        {
            LogStoodStill(gap);
            Wait();
        }

        if (now < _sweepFrom)
        {
            return;
        }

        var expired = await store.ExpireLeasesAsync(retry.Value, now, MaxSweep, stoppingToken).ConfigureAwait(false);
        foreach (var attempt in expired)
        {
            LogExpired(attempt.JobId, attempt.Attempt, attempt.WorkerId, attempt.State);
        }

        if (expired.Count > 0)
        {
            CoordinatorMetrics.ExpiredLeases.Add(expired.Count);
            CoordinatorMetrics.FailedJobs.Add(expired.Count(a => a.State == JobState.Failed));
            CoordinatorMetrics.CountRetries(CoordinatorMetrics.RetryLease, expired.Count(a => a.State == JobState.Queued));
            release.Set();
        }

        await store.ForgetWorkersAsync(now - leases.Value.ForgetWorkersAfter, stoppingToken).ConfigureAwait(false);
    }

    protected override void LogTrouble(Exception error)
    {
        LogNotSwept(error);
        Wait();
    }

    // While the coordinator or the database was away, or this process stood still, heartbeats waited in their queue: their workers get
    // the time of a lease to be heard before they are given up.
    private void Wait() => _sweepFrom = Clock.GetUtcNow() + leases.Value.RunLease;

    [LoggerMessage(Level = LogLevel.Warning, Message = "Nothing was heard of job {JobId}, attempt {Attempt}, on {WorkerId} for longer than its lease; it is {State}")]
    private partial void LogExpired(Guid jobId, int attempt, string? workerId, JobState state);

    [LoggerMessage(Level = LogLevel.Warning, Message = "This coordinator stood still, or its clock was set: {Gap} between two looks at the leases. Its workers get the time of a lease to be heard")]
    private partial void LogStoodStill(TimeSpan gap);

    [LoggerMessage(Level = LogLevel.Error, Message = "Leases cannot be looked through")]
    private partial void LogNotSwept(Exception error);
}
