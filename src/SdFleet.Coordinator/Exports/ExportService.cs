using Microsoft.Extensions.Options;

namespace SdFleet.Coordinator.Exports;

/// <summary>Runs <see cref="ExportRunner"/> again and again, as many at once as this host takes.</summary>
internal sealed partial class ExportService(
    ExportRunner runner, IOptions<ExportOptions> options, TimeProvider clock, ILogger<ExportService> logger) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(Enumerable.Range(0, options.Value.AtOnce).Select(_ => Task.Run(() => WorkAsync(stoppingToken), CancellationToken.None)));

    private async Task WorkAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                var isWork = false;
                try
                {
                    isWork = await runner.RunNextAsync(stoppingToken).ConfigureAwait(false);
                }
#pragma warning disable CA1031 // Whatever it was, the next round may do better; an escaped exception would stop the coordinator.
                catch (Exception e) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
                {
                    LogTrouble(e);
                }

                if (!isWork)
                {
                    await Task.Delay(options.Value.Interval, clock, stoppingToken).ConfigureAwait(false);
                }
            }
        }
        catch (Exception) when (stoppingToken.IsCancellationRequested)
        {
            // What was begun is done by whoever comes next.
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Exports have to wait")]
    private partial void LogTrouble(Exception error);
}
