using SdFleet.JobStore;
using SdFleet.Storage;

namespace SdFleet.Coordinator;

/// <summary>
/// Before anything else starts: brings the database to this version and makes the artifact container. A database that comes
/// up a little later than the coordinator is waited for.
/// </summary>
internal sealed partial class StoreMigration(IJobStore store, IArtifactStore artifacts, TimeProvider clock, ILogger<StoreMigration> logger)
    : IHostedLifecycleService
{
    private const int Attempts = 60;

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await store.MigrateAsync(cancellationToken).ConfigureAwait(false);
                await artifacts.PrepareAsync(cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (Exception e) when (attempt < Attempts && e is JobStoreException or ArtifactStoreException { IsTransient: true })
            {
                LogWaiting(e.Message);
                await Task.Delay(TimeSpan.FromSeconds(1), clock, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(Level = LogLevel.Warning, Message = "Waiting for the stores: {Reason}")]
    private partial void LogWaiting(string reason);
}
