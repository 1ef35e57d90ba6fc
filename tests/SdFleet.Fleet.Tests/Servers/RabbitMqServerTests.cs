using System.Text;
using RabbitMQ.Client;
using SdFleet.TestServers;

namespace SdFleet.Fleet.Tests.Servers;

public sealed class RabbitMqServerTests
{
    // RabbitMQ writes its table of quorum queues to the disk about three seconds after a change, later where it is busy. A node
    // that is killed before has forgotten a queue that it had confirmed.
    private static readonly TimeSpan UntilQueuesAreOnDisk = TimeSpan.FromSeconds(15);

    [Fact]
    public async Task VirtualHost_CarriesMessagesOfItsOwn()
    {
        var server = await RabbitMqServer.GetAsync();
        await using var here = await server.CreateVirtualHostAsync();
        await using var there = await server.CreateVirtualHostAsync();

        await using (var connection = await ConnectAsync(here.Uri))
        {
            await DeclareAndPublishAsync(connection, "work", "a job");
        }

        Assert.Equal("a job", (string?)Assert.Single(await here.TakeAsync("work"))["payload"]);
        Assert.Equal(["work"], await here.GetQueueNamesAsync());
        Assert.Empty(await there.GetQueueNamesAsync());
    }

    [Fact]
    public async Task VirtualHost_WhenDisposed_IsGone()
    {
        var server = await RabbitMqServer.GetAsync();
        var host = await server.CreateVirtualHostAsync();

        await host.DisposeAsync();

        Assert.Null(await server.Management.GetAsync($"vhosts/{host.Name}"));
    }

    [Fact]
    public async Task Publish_AsAnIntegrator_SaysWhetherAQueueTookIt()
    {
        var server = await RabbitMqServer.GetAsync();
        await using var host = await server.CreateVirtualHostAsync();
        await using var connection = await ConnectAsync(host.Uri);
        await DeclareAndPublishAsync(connection, "work");

        Assert.True(await host.PublishAsync("amq.default", "work", "{}", new Dictionary<string, string> { ["traceparent"] = "00-x-y-01" }));
        Assert.False(await host.PublishAsync("amq.default", "nowhere", "{}"));

        var properties = Assert.Single(await host.TakeAsync("work"))["properties"]!;
        Assert.Equal("application/json", (string?)properties["content_type"]);
        Assert.Equal("00-x-y-01", (string?)properties["headers"]!["traceparent"]);
    }

    [Fact]
    public async Task Private_KilledAndRestarted_HasItsPortAndItsMessages()
    {
        await using var server = await RabbitMqServer.StartPrivateAsync();
        await using (var connection = await ConnectAsync(server.Uri))
        {
            await DeclareAndPublishAsync(connection, "work", "a job");
        }

        await Task.Delay(UntilQueuesAreOnDisk);
        await server.KillAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => ConnectAsync(server.Uri));
        await server.RestartAsync();

        await using var again = await ConnectAsync(server.Uri);
        await using var channel = await again.CreateChannelAsync();
        var message = await channel.BasicGetAsync("work", autoAck: true);
        Assert.Equal("a job", Encoding.UTF8.GetString(message!.Body.Span));
    }

    [Fact]
    public async Task Private_WhenDisposed_LeavesNoProcess()
    {
        var server = await RabbitMqServer.StartPrivateAsync();
        var processes = server.ProcessIds;

        await server.DisposeAsync();

        LiveProcess.AssertNone(processes);
    }

    private static async Task<IConnection> ConnectAsync(Uri uri) =>
        await new ConnectionFactory { Uri = uri, AutomaticRecoveryEnabled = false }.CreateConnectionAsync();

    private static async Task DeclareAndPublishAsync(IConnection connection, string queue, params string[] bodies)
    {
        await using var channel = await connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true));
        var quorum = new Dictionary<string, object?> { ["x-queue-type"] = "quorum" };
        await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, quorum);
        foreach (var body in bodies)
        {
            await channel.BasicPublishAsync("", queue, Encoding.UTF8.GetBytes(body));
        }
    }
}
