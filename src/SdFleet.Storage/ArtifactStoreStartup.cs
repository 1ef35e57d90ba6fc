using Microsoft.Extensions.Hosting;

namespace SdFleet.Storage;

/// <summary>Makes the artifact store ready before anything uses it, or ends the start with what is wrong.</summary>
internal sealed class ArtifactStoreStartup(IArtifactStore store) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => store.PrepareAsync(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
