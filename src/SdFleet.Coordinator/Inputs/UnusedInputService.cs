using Microsoft.Extensions.Options;

namespace SdFleet.Coordinator.Inputs;

/// <summary>Runs <see cref="UnusedInputs"/> again and again.</summary>
internal sealed partial class UnusedInputService(
    UnusedInputs inputs, IOptions<InputOptions> options, TimeProvider clock, ILogger<UnusedInputService> logger) : PeriodicService(clock)
{
    protected override TimeSpan Interval => options.Value.SweepInterval;

    protected override Task RunAsync(CancellationToken stoppingToken) => inputs.SweepAsync(stoppingToken);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Unused pictures cannot be looked for")]
    protected override partial void LogTrouble(Exception error);
}
