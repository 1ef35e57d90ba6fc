using Microsoft.Extensions.Options;
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

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
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
            var expired = await store.ExpireLeasesAsync(retry.Value, now, MaxSweep, cancellationToken).ConfigureAwait(false);
            foreach (var attempt in expired)
            {
                LogExpired(attempt.JobId, attempt.Attempt, attempt.WorkerId, attempt.State);
            }

            if (expired.Count > 0)
            {
                CoordinatorMetrics.ExpiredLeases.Add(expired.Count);
                release.Set();
            }

            await store.ForgetWorkersAsync(now - leases.Value.ForgetWorkersAfter, cancellationToken).ConfigureAwait(false);
        }
        catch (JobStoreException e)
        {
            LogTrouble(e.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Nothing was heard of job {JobId}, attempt {Attempt}, on {WorkerId} for longer than its lease; it is {State}")]
    private partial void LogExpired(Guid jobId, int attempt, string? workerId, Contracts.Jobs.JobState state);

    [LoggerMessage(Level = LogLevel.Error, Message = "Leases cannot be looked through: {Reason}")]
    private partial void LogTrouble(string reason);
}
