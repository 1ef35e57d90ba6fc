using Microsoft.Extensions.Options;

namespace SdFleet.Coordinator.Batches;

/// <summary>Runs <see cref="AbandonedUploads"/> again and again.</summary>
internal sealed partial class AbandonedUploadService(
    AbandonedUploads uploads, IOptions<BatchOptions> options, TimeProvider clock, ILogger<AbandonedUploadService> logger) : PeriodicService(clock)
{
    protected override TimeSpan Interval => options.Value.SweepInterval;

    protected override Task RunAsync(CancellationToken stoppingToken) => uploads.SweepAsync(stoppingToken);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Abandoned uploads cannot be looked for")]
    protected override partial void LogTrouble(Exception error);
}
