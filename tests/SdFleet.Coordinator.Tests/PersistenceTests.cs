using Microsoft.Extensions.Logging.Abstractions;
using SdFleet.Coordinator.Consumers;
using SdFleet.Hosting.Bus;
using SdFleet.JobStore;

namespace SdFleet.Coordinator.Tests;

public sealed class PersistenceTests
{
    [Fact]
    public async Task Run_StoreAndBrokerAway_TriesUntilTheyAreBack()
    {
        var tries = 0;
        await Persistence.RunAsync(
            () => ++tries switch
            {
                1 => throw new JobStoreException("away", isTransient: true),
                2 => throw new BrokerUnavailableException("away"),
                _ => Task.CompletedTask,
            },
            NullLogger.Instance,
            CancellationToken.None);
        Assert.Equal(3, tries);
    }

    [Fact]
    public async Task Run_ToldToStop_GivesTheMessageBack()
    {
        using var stopping = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Persistence.RunAsync(
            () => throw new JobStoreException("away", isTransient: true), NullLogger.Instance, stopping.Token));
    }

    [Fact]
    public async Task Run_AnythingElse_IsNotHidden() =>
        await Assert.ThrowsAsync<InvalidOperationException>(() => Persistence.RunAsync(
            () => throw new InvalidOperationException(), NullLogger.Instance, CancellationToken.None));
}
