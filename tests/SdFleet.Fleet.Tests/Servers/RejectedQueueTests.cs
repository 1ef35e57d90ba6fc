using SdFleet.Hosting.Bus;
using SdFleet.TestServers;

namespace SdFleet.Fleet.Tests.Servers;

public sealed class RejectedQueueTests
{
    [Fact]
    public async Task VirtualHost_InWhichNoFleetHasRun_IsSaidToHaveNoSuchQueue()
    {
        await using var host = await (await RabbitMqServer.GetAsync()).CreateVirtualHostAsync();
        await AssertNoQueueAsync(queue => queue.CountAsync(default));
        await AssertNoQueueAsync(queue => queue.ListAsync(10, default));
        await AssertNoQueueAsync(queue => queue.ReplayAsync(_ => true, 10, default));

        async Task AssertNoQueueAsync(Func<RejectedQueue, Task> ask)
        {
            await using var queue = await RejectedQueue.OpenAsync(host.Uri, default);
            var e = await Assert.ThrowsAsync<BrokerUnavailableException>(() => ask(queue));
            Assert.StartsWith("There is no queue sdfleet.rejected: the coordinator makes it", e.Message, StringComparison.Ordinal);
        }
    }
}
