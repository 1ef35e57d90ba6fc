namespace SdFleet.Cli.Embedded;

/// <summary>The fleet lives as long as its owner says: the host listens to no signals and prints nothing.</summary>
internal sealed class OwnedLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
