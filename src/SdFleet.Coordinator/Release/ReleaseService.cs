using Microsoft.Extensions.Options;

namespace SdFleet.Coordinator.Release;

/// <summary>Runs <see cref="Releaser"/> whenever something may have changed.</summary>
internal sealed partial class ReleaseService(
    Releaser releaser, ReleaseSignal signal, IOptions<ReleaseOptions> options, ILogger<ReleaseService> logger) : BackgroundService
{
    // A round asks the store a dozen questions however few jobs it releases. After one there is time for more to be asked for;
    // what comes after a quiet while does not wait.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(25);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                try
                {
                    await releaser.ReleaseAsync(stoppingToken).ConfigureAwait(false);
                    await Task.Delay(Pause, stoppingToken).ConfigureAwait(false);
                    await signal.WaitAsync(options.Value.Interval, stoppingToken).ConfigureAwait(false);
                }
#pragma warning disable CA1031 // Whatever it was, the next round may do better; an escaped exception would stop the coordinator.
                catch (Exception e) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
                {
                    LogTrouble(e);
                    await Task.Delay(TimeSpan.FromSeconds(1), stoppingToken).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Releasing has to wait")]
    private partial void LogTrouble(Exception error);
}
