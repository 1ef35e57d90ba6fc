using Microsoft.Extensions.Options;

namespace SdFleet.Coordinator.Batches;

/// <summary>Runs <see cref="BatchExpander"/> again and again.</summary>
internal sealed partial class BatchExpansionService(
    BatchExpander expander, IOptions<BatchOptions> options, TimeProvider clock, ILogger<BatchExpansionService> logger) : PeriodicService(clock)
{
    protected override TimeSpan Interval => options.Value.Interval;

    protected override TimeSpan PauseAfterTrouble => TimeSpan.FromSeconds(1);

    protected override Task RunAsync(CancellationToken stoppingToken) => expander.ExpandAsync(stoppingToken);

    [LoggerMessage(Level = LogLevel.Error, Message = "Batches have to wait")]
    protected override partial void LogTrouble(Exception error);
}
