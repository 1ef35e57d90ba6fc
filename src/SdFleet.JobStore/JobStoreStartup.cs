using Microsoft.Extensions.Hosting;

namespace SdFleet.JobStore;

/// <summary>Brings the schema up to date before anything uses the store, or ends the start with what is wrong.</summary>
internal sealed class JobStoreStartup(IJobStore store) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => store.MigrateAsync(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
