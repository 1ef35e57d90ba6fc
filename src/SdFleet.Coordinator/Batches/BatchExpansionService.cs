using Microsoft.Extensions.Options;

namespace SdFleet.Coordinator.Batches;

/// <summary>Runs <see cref="BatchExpander"/> again and again.</summary>
internal sealed partial class BatchExpansionService(
    BatchExpander expander, IOptions<BatchOptions> options, TimeProvider clock, ILogger<BatchExpansionService> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.Interval, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
            {
                try
                {
                    await expander.ExpandAsync(stoppingToken).ConfigureAwait(false);
                }
#pragma warning disable CA1031 // Whatever it was, the next round may do better; an escaped exception would stop the coordinator.
                catch (Exception e) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
                {
                    LogTrouble(e);
                    await Task.Delay(TimeSpan.FromSeconds(1), clock, stoppingToken).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Batches have to wait")]
    private partial void LogTrouble(Exception error);
}
