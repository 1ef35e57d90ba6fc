using Microsoft.Extensions.Options;

namespace SdFleet.Coordinator.Batches;

/// <summary>Runs <see cref="AbandonedUploads"/> again and again.</summary>
internal sealed partial class AbandonedUploadService(
    AbandonedUploads uploads, IOptions<BatchOptions> options, TimeProvider clock, ILogger<AbandonedUploadService> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.SweepInterval, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
            {
                try
                {
                    await uploads.SweepAsync(stoppingToken).ConfigureAwait(false);
                }
#pragma warning disable CA1031 // Whatever it was, the next round may do better; an escaped exception would stop the coordinator.
                catch (Exception e) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
                {
                    LogTrouble(e);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Abandoned uploads cannot be looked for")]
    private partial void LogTrouble(Exception error);
}
