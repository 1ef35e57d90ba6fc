using System.Collections.Concurrent;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using SdFleet.Hosting.Bus;
using SdFleet.TestServers;

namespace SdFleet.Fleet.Tests.Servers;

public sealed class BulkReceiverTests
{
    private const string Queue = "bulk";
    private const string Traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    [Fact]
    public async Task Receive_OneOfManyFails_ItComesAgainAndTheOthersDoNot()
    {
        await using var broker = await (await RabbitMqServer.GetAsync()).CreateVirtualHostAsync();
        var seen = new ConcurrentQueue<BulkMessage>();
        using var host = await StartAsync(broker, message =>
        {
            seen.Enqueue(message);
            return TextOf(message) == "5" && seen.Count(m => TextOf(m) == "5") == 1 ? throw new InvalidOperationException("Not this time.") : Task.CompletedTask;
        });

        for (var i = 0; i < 20; i++)
        {
            Assert.True(await broker.PublishAsync(Queue, "", $"{i}", new Dictionary<string, string> { ["traceparent"] = Traceparent }));
        }

        await UntilAsync(() => seen.Count >= 21, $"21 messages, {seen.Count} so far");
        await host.StopAsync();

        Assert.Equal(Enumerable.Range(0, 20).Select(i => $"{i}").Append("5").Order(), seen.Select(TextOf).Order());
        Assert.All(seen, m => Assert.Equal(Traceparent, m.Traceparent));
        Assert.Empty(await broker.TakeAsync(Queue));
    }

    [Fact]
    public async Task Receive_ConnectionIsCut_GoesOnWithAnother()
    {
        var server = await RabbitMqServer.GetAsync();
        await using var broker = await server.CreateVirtualHostAsync();
        var seen = new ConcurrentQueue<BulkMessage>();
        using var host = await StartAsync(broker, message =>
        {
            seen.Enqueue(message);
            return Task.CompletedTask;
        });
        await UntilAsync(() => CountConnections() > 0, "a connection");

        foreach (var connection in (await server.Management.GetAsync($"vhosts/{broker.Name}/connections"))!.AsArray())
        {
            await server.Management.DeleteAsync($"connections/{Uri.EscapeDataString((string)connection!["name"]!)}");
        }

        Assert.True(await broker.PublishAsync(Queue, "", "after"));
        await UntilAsync(() => !seen.IsEmpty, "the message");
        await host.StopAsync();

        int CountConnections() => server.Management.GetAsync($"vhosts/{broker.Name}/connections").GetAwaiter().GetResult()!.AsArray().Count;
    }

    // The last acknowledgement of a channel covers what came before it.
    [Fact]
    public async Task Stop_OneThatWaitsBeforeABatchThatIsDone_ComesAgain()
    {
        await using var broker = await (await RabbitMqServer.GetAsync()).CreateVirtualHostAsync();
        var seen = new ConcurrentQueue<string>();
        using var host = await StartAsync(broker, async (message, stopping) =>
        {
            seen.Enqueue(TextOf(message));
            if (TextOf(message) == "first")
            {
                await Task.Delay(Timeout.Infinite, stopping);
            }
        });

        Assert.True(await broker.PublishAsync(Queue, "", "first"));
        await UntilAsync(() => seen.Count == 1, "the first message");
        Assert.True(await broker.PublishAsync(Queue, "", "second"));
        await UntilAsync(() => seen.Count == 2, "the second message");
        await host.StopAsync();

        // The broker puts it back a moment after the connection has ended.
        var again = new List<string>();
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (again.Count == 0)
        {
            await Task.Delay(100, deadline.Token);
            again.AddRange((await broker.TakeAsync(Queue)).Select(m => (string)m["payload"]!));
        }

        again.AddRange((await broker.TakeAsync(Queue)).Select(m => (string)m["payload"]!));
        Assert.Equal(["first"], again);
    }

    private static string TextOf(BulkMessage message) => Encoding.UTF8.GetString(message.Body);

    private static Task<IHost> StartAsync(RabbitMqVirtualHost broker, Func<BulkMessage, Task> take) => StartAsync(broker, (message, _) => take(message));

    private static async Task<IHost> StartAsync(RabbitMqVirtualHost broker, Func<BulkMessage, CancellationToken, Task> take)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Services.Configure<TransportOptions>(o => (o.Kind, o.Uri) = (TransportKind.RabbitMq, broker.Uri));
        builder.Services.AddBulkReceiver(Queue, prefetch: 100, _ => (message, stopping) => take(message, stopping));
        var host = builder.Build();
        await host.StartAsync();

        // Its queue is there before the exchange and what binds the two.
        var health = host.Services.GetRequiredService<HealthCheckService>();
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while ((await health.CheckHealthAsync(deadline.Token)).Status != HealthStatus.Healthy)
        {
            await Task.Delay(50, deadline.Token);
        }

        return host;
    }

    private static async Task UntilAsync(Func<bool> condition, string what)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (!condition())
        {
            Assert.False(deadline.IsCancellationRequested, $"Not in time: {what}");
            await Task.Delay(50);
        }
    }
}
