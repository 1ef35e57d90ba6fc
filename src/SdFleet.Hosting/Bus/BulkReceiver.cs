using System.Diagnostics;
using System.Text;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using SdFleet.Hosting.Telemetry;

namespace SdFleet.Hosting.Bus;

/// <summary>
/// Receives from one queue of RabbitMQ what comes by the thousand: messages are taken as many at a time as there are, and
/// acknowledged with one word for all of them, which spares a quorum queue an entry in its log for each. A message whose taking
/// fails goes back to the queue. Where the connection is lost a new one is made; what was not acknowledged comes again.
/// </summary>
internal sealed partial class BulkReceiver(
    string queue,
    int prefetch,
    IOptions<TransportOptions> transport,
    Func<Func<BulkMessage, CancellationToken, Task>> taker,
    ILogger<BulkReceiver> logger) : BackgroundService
{
    // While one batch is stored, the next is read.
    private const int BatchesAtOnce = 2;

    private static readonly ActivitySource Source = new("SdFleet.Hosting");
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly Dictionary<string, object?> Quorum = new() { ["x-queue-type"] = "quorum" };

    // Not before the service runs: all options are checked at start, and what is wrong with any of them is said together.
    private readonly Lazy<Func<BulkMessage, CancellationToken, Task>> _take = new(taker);
    private volatile bool _isReceiving;

    /// <summary>Throws where nothing is received at the moment.</summary>
    public Task PingAsync(CancellationToken cancellationToken) =>
        _isReceiving ? Task.CompletedTask : Task.FromException(new BrokerUnavailableException($"Nothing is received from {queue}."));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ReceiveAsync(stoppingToken).ConfigureAwait(false);
            }
#pragma warning disable CA1031 // However the connection ended, there is only to try again; an escaped exception would stop the process.
            catch (Exception e)
#pragma warning restore CA1031
            {
                _isReceiving = false;
                if (!stoppingToken.IsCancellationRequested)
                {
                    LogWaiting(queue, e.Message);
                    await Task.Delay(Pause, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                }
            }
        }
    }

    // Until it is told to stop, or the connection is lost.
    private async Task ReceiveAsync(CancellationToken stopping)
    {
        var factory = new ConnectionFactory { Uri = transport.Value.Uri!, ClientProvidedName = $"sdfleet {queue}", AutomaticRecoveryEnabled = false };
        await using var connection = await factory.CreateConnectionAsync(stopping).ConfigureAwait(false);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: stopping).ConfigureAwait(false);
        await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, Quorum, cancellationToken: stopping).ConfigureAwait(false);
        await channel.ExchangeDeclareAsync(queue, ExchangeType.Fanout, durable: true, cancellationToken: stopping).ConfigureAwait(false);
        await channel.QueueBindAsync(queue, queue, "", cancellationToken: stopping).ConfigureAwait(false);
        await channel.BasicQosAsync(0, (ushort)prefetch, global: false, stopping).ConfigureAwait(false);

        var inbox = Channel.CreateUnbounded<Delivery>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, delivery) =>
        {
            inbox.Writer.TryWrite(new Delivery(delivery.DeliveryTag, MessageOf(delivery)));
            return Task.CompletedTask;
        };
        consumer.UnregisteredAsync += (_, _) => EndAsync("the broker has cancelled the consumer");
        channel.ChannelShutdownAsync += (_, shutdown) => EndAsync(shutdown.ReplyText);
        var tag = await channel.BasicConsumeAsync(queue, autoAck: false, consumer, stopping).ConfigureAwait(false);
        _isReceiving = true;

        try
        {
            await TakeAllAsync(channel, inbox.Reader, stopping).ConfigureAwait(false);
        }
        finally
        {
            if (channel.IsOpen)
            {
                await channel.BasicCancelAsync(tag, noWait: true, CancellationToken.None).ConfigureAwait(false);
            }
        }

        Task EndAsync(string reason)
        {
            inbox.Writer.TryComplete(new BrokerUnavailableException($"The connection is lost: {reason}"));
            return Task.CompletedTask;
        }
    }

    private async Task TakeAllAsync(IChannel channel, ChannelReader<Delivery> inbox, CancellationToken stopping)
    {
        var running = new Queue<Task>();
        try
        {
            while (await inbox.WaitToReadAsync(stopping).ConfigureAwait(false))
            {
                var batch = new List<Delivery>();
                while (batch.Count < prefetch / BatchesAtOnce && inbox.TryRead(out var delivery))
                {
                    batch.Add(delivery);
                }

                running.Enqueue(TakeAsync(channel, batch, running.LastOrDefault() ?? Task.CompletedTask, stopping));
                if (running.Count == BatchesAtOnce)
                {
                    await running.Dequeue().ConfigureAwait(false);
                }
            }
        }
        finally
        {
            await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // The acknowledgement of a batch is one of everything before it too, so batches wait for their turn with it.
    private async Task TakeAsync(IChannel channel, List<Delivery> batch, Task before, CancellationToken stopping)
    {
        // Off the loop, which has the next batch to gather.
        await Task.Yield();
        var taken = batch.ConvertAll(delivery => TakeAsync(delivery.Message, stopping));
        await Task.WhenAll(taken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await before.ConfigureAwait(false);
        if (taken.TrueForAll(t => t.IsCompletedSuccessfully))
        {
            await channel.BasicAckAsync(batch[^1].Tag, multiple: true, CancellationToken.None).ConfigureAwait(false);
            return;
        }

        foreach (var (delivery, task) in batch.Zip(taken))
        {
            if (task.IsCompletedSuccessfully)
            {
                await channel.BasicAckAsync(delivery.Tag, multiple: false, CancellationToken.None).ConfigureAwait(false);
            }
            else
            {
                // Also when stopping: what is left open here would be acknowledged with the batch that follows.
                if (!stopping.IsCancellationRequested)
                {
                    LogReturned(task.Exception?.GetBaseException(), queue);
                }

                await channel.BasicNackAsync(delivery.Tag, multiple: false, requeue: true, CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    private async Task TakeAsync(BulkMessage message, CancellationToken stopping)
    {
        using var activity = TraceContext.Continue(Source, $"{queue} receive", ActivityKind.Consumer, message.Traceparent);
        await _take.Value(message with { Traceparent = activity?.Id ?? message.Traceparent }, stopping).ConfigureAwait(false);
    }

    // The bytes are the client's again once the delivery is handled.
    private static BulkMessage MessageOf(BasicDeliverEventArgs delivery)
    {
        var headers = delivery.BasicProperties.Headers;
        return new BulkMessage(
            delivery.Body.ToArray(),
            TextOf(headers, "traceparent") ?? TextOf(headers, "MT-Activity-Id"),
            delivery.BasicProperties.UserId is { Length: > 0 } user ? user : null);
    }

    private static string? TextOf(IDictionary<string, object?>? headers, string name) =>
        headers is not null && headers.TryGetValue(name, out var value) ? value switch
        {
            byte[] bytes => Encoding.UTF8.GetString(bytes),
            string text => text,
            _ => null,
        }
        : null;

    [LoggerMessage(Level = LogLevel.Warning, Message = "Nothing is received from {Queue} for now: {Reason}")]
    private partial void LogWaiting(string queue, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "A message goes back to {Queue}")]
    private partial void LogReturned(Exception? error, string queue);

    private readonly record struct Delivery(ulong Tag, BulkMessage Message);
}
