namespace SdFleet.Coordinator;

/// <summary>
/// Does something again and again while the coordinator runs, the first time after one interval. Whatever goes wrong in a round is told,
/// and the next may do better: an exception that escaped would stop the coordinator.
/// </summary>
/// <param name="clock">What the intervals are measured by.</param>
internal abstract class PeriodicService(TimeProvider clock) : BackgroundService
{
    protected TimeProvider Clock => clock;

    /// <summary>From one round's beginning to the next one's. A round that takes longer is followed at once.</summary>
    protected abstract TimeSpan Interval { get; }

    /// <summary>How long nothing is tried after a round that went wrong.</summary>
    protected virtual TimeSpan PauseAfterTrouble => TimeSpan.Zero;

    /// <summary>One round.</summary>
    protected abstract Task RunAsync(CancellationToken stoppingToken);

    /// <summary>Tells of a round that went wrong.</summary>
    protected abstract void LogTrouble(Exception error);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
            {
                await TryAsync(stoppingToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    /// <summary>One round, whose trouble is told.</summary>
    /// <exception cref="OperationCanceledException">The coordinator stops.</exception>
    protected async Task TryAsync(CancellationToken stoppingToken)
    {
        try
        {
            await RunAsync(stoppingToken).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // See the summary.
        catch (Exception e)
#pragma warning restore CA1031
        {
            // What a round runs into that is broken off is no trouble, whatever it is called.
            stoppingToken.ThrowIfCancellationRequested();
            LogTrouble(e);
            await Task.Delay(PauseAfterTrouble, clock, stoppingToken).ConfigureAwait(false);
        }
    }
}
