using System.Text.Json;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;
using SdFleet.Contracts;
using SdFleet.Contracts.Events;

namespace SdFleet.Hosting.Bus;

/// <summary>
/// Hears what workers report, beside the coordinator, on a durable queue of its own behind <see cref="Topology.EventsExchange"/>:
/// what is said while nobody listens waits there. A report may come more than once.
/// </summary>
public sealed class ReportListener : IAsyncDisposable
{
    private const ushort Prefetch = 500;

    private readonly IConnection _connection;
    private readonly IChannel _channel;
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ReportListener(IConnection connection, IChannel channel)
    {
        _connection = connection;
        _channel = channel;
        connection.ConnectionShutdownAsync += (_, _) => CloseAsync();
        channel.ChannelShutdownAsync += (_, _) => CloseAsync();
    }

    /// <summary>Ends when the connection is gone: nothing is heard any more, and a new listener is needed.</summary>
    public Task Closed => _closed.Task;

    /// <summary>Begins to listen.</summary>
    /// <param name="broker">As <c>amqp://user:password@host:port/vhost</c>.</param>
    /// <param name="queue">The queue's name; it is made where it is missing, and stays.</param>
    /// <param name="hear">Takes each <see cref="JobStarted"/>, <see cref="JobCompleted"/> and <see cref="JobFailed"/>, one after the other.</param>
    /// <param name="cancellationToken">Gives up connecting.</param>
    /// <exception cref="BrokerUnavailableException">The broker cannot be reached, or has no such exchange.</exception>
    public static async Task<ReportListener> OpenAsync(Uri broker, string queue, Action<object> hear, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(hear);
        try
        {
            var factory = new ConnectionFactory { Uri = broker, ClientProvidedName = "sdfleet listener", AutomaticRecoveryEnabled = false };
            var connection = await factory.CreateConnectionAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
                var listener = new ReportListener(connection, channel);
                await listener.ConsumeAsync(queue, hear, cancellationToken).ConfigureAwait(false);
                return listener;
            }
            catch
            {
                await connection.DisposeAsync().ConfigureAwait(false);
                throw;
            }
        }
        catch (Exception e) when (e is RabbitMQClientException or IOException or TimeoutException)
        {
            throw new BrokerUnavailableException($"The broker cannot be listened to: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _channel.DisposeAsync().ConfigureAwait(false);
        await _connection.DisposeAsync().ConfigureAwait(false);
    }

    // The reports share no field that says what they are; each has one that the others lack.
    private static IEnumerable<object> Read(ReadOnlySpan<byte> body)
    {
        try
        {
            var reader = new Utf8JsonReader(body);
            using var document = JsonDocument.ParseValue(ref reader);
            var root = document.RootElement;
            if (root.ValueKind == JsonValueKind.Object && root.TryGetProperty("started", out _))
            {
                var reports = root.Deserialize<JobReports>(MessageJson.Options)!;
                return [.. reports.Started, .. reports.Completed, .. reports.Failed];
            }

            object? report = root.ValueKind != JsonValueKind.Object || root.TryGetProperty("holds", out _) || root.TryGetProperty("step", out _) ? null
                : root.TryGetProperty("images", out _) ? root.Deserialize<JobCompleted>(MessageJson.Options)
                : root.TryGetProperty("errorClass", out _) ? root.Deserialize<JobFailed>(MessageJson.Options)
                : root.Deserialize<JobStarted>(MessageJson.Options);
            return report is null ? [] : [report];
        }
        catch (JsonException)
        {
            return [];
        }
    }

    private async Task ConsumeAsync(string queue, Action<object> hear, CancellationToken cancellationToken)
    {
        await _channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, cancellationToken: cancellationToken).ConfigureAwait(false);
        await _channel.QueueBindAsync(queue, Topology.EventsExchange, "", cancellationToken: cancellationToken).ConfigureAwait(false);
        await _channel.BasicQosAsync(0, Prefetch, global: false, cancellationToken).ConfigureAwait(false);
        var consumer = new AsyncEventingBasicConsumer(_channel);
        consumer.UnregisteredAsync += (_, _) => CloseAsync();
        consumer.ReceivedAsync += async (_, delivery) =>
        {
            // The bytes are the client's again once this returns.
            foreach (var report in Read(delivery.Body.Span))
            {
                hear(report);
            }

            await _channel.BasicAckAsync(delivery.DeliveryTag, multiple: false).ConfigureAwait(false);
        };
        await _channel.BasicConsumeAsync(queue, autoAck: false, consumer, cancellationToken).ConfigureAwait(false);
    }

    private Task CloseAsync()
    {
        _closed.TrySetResult();
        return Task.CompletedTask;
    }
}
