using Microsoft.Extensions.Options;
using SdFleet.JobStore;

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
                    await releaser.ReleaseAsync(stoppingToken).ConfigureAwait(false);
                    await signal.WaitAsync(options.Value.Interval, stoppingToken).ConfigureAwait(false);
                }
                catch (JobStoreException e)
                {
                    LogTrouble(e.Message);
                    await Task.Delay(TimeSpan.FromSeconds(1), stoppingToken).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Releasing has to wait: {Reason}")]
    private partial void LogTrouble(string reason);
}
