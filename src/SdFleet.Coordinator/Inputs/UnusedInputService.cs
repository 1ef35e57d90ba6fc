using Microsoft.Extensions.Options;

namespace SdFleet.Coordinator.Inputs;

/// <summary>Runs <see cref="UnusedInputs"/> again and again.</summary>
internal sealed partial class UnusedInputService(
    UnusedInputs inputs, IOptions<InputOptions> options, TimeProvider clock, ILogger<UnusedInputService> logger) : BackgroundService
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
                    await inputs.SweepAsync(stoppingToken).ConfigureAwait(false);
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

    [LoggerMessage(Level = LogLevel.Warning, Message = "Unused pictures cannot be looked for")]
    private partial void LogTrouble(Exception error);
}
