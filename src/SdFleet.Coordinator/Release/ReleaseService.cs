using Microsoft.Extensions.Options;
using SdFleet.Coordinator.Batching;

namespace SdFleet.Coordinator.Release;

/// <summary>Runs <see cref="Releaser"/> whenever something may have changed.</summary>
internal sealed partial class ReleaseService(
    Releaser releaser, ReleaseSignal signal, IOptions<ReleaseOptions> options, ILogger<ReleaseService> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                try
                {
                    // A round asks the store a dozen questions however few jobs it releases.
                    var released = await releaser.ReleaseAsync(stoppingToken).ConfigureAwait(false);
                    await Task.Delay(GatheringPause.After(released), stoppingToken).ConfigureAwait(false);
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
