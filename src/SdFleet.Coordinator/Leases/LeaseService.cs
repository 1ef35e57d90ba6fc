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
    ILogger<LeaseService> logger) : BackgroundService
{
    private const int MaxSweep = 1000;

    private DateTimeOffset _sweepFrom;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        Wait();
        using var timer = new PeriodicTimer(leases.Value.SweepInterval, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
            {
                await SweepAsync(stoppingToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    private async Task SweepAsync(CancellationToken cancellationToken)
    {
        try
        {
            var now = clock.GetUtcNow();
            if (now < _sweepFrom)
            {
                return;
            }

            var expired = await store.ExpireLeasesAsync(retry.Value, now, MaxSweep, cancellationToken).ConfigureAwait(false);
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

            await store.ForgetWorkersAsync(now - leases.Value.ForgetWorkersAfter, cancellationToken).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whatever it was, the next sweep may do better; an escaped exception would stop the coordinator.
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            LogTrouble(e);
            Wait();
        }
    }

    // While the coordinator or the database was away, heartbeats waited in their queue: their workers get the time of a lease
    // to be heard before they are given up.
    private void Wait() => _sweepFrom = clock.GetUtcNow() + leases.Value.RunLease;

    [LoggerMessage(Level = LogLevel.Warning, Message = "Nothing was heard of job {JobId}, attempt {Attempt}, on {WorkerId} for longer than its lease; it is {State}")]
    private partial void LogExpired(Guid jobId, int attempt, string? workerId, JobState state);

    [LoggerMessage(Level = LogLevel.Error, Message = "Leases cannot be looked through")]
    private partial void LogTrouble(Exception error);
}
