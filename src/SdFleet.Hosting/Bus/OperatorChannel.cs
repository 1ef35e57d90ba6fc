using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using SdFleet.Contracts;

namespace SdFleet.Hosting.Bus;

/// <summary>A person's own connection to the broker, beside the bus: with confirms, and signed with the connection's user.</summary>
public sealed class OperatorChannel : IAsyncDisposable
{
    private readonly IConnection _connection;
    private readonly string _user;

    private OperatorChannel(IConnection connection, IChannel channel, string user)
    {
        _connection = connection;
        _user = user;
        Channel = channel;
    }

    internal IChannel Channel { get; }

    /// <summary>Connects to the broker.</summary>
    /// <param name="broker">As <c>amqp://user:password@host:port/vhost</c>.</param>
    /// <param name="name">What the broker lists the connection as.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="BrokerUnavailableException">It cannot be reached.</exception>
    public static async Task<OperatorChannel> OpenAsync(Uri broker, string name, CancellationToken cancellationToken)
    {
        try
        {
            var factory = new ConnectionFactory { Uri = broker, ClientProvidedName = name };
            var connection = await factory.CreateConnectionAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                var options = new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true);
                return new OperatorChannel(connection, await connection.CreateChannelAsync(options, cancellationToken).ConfigureAwait(false), factory.UserName);
            }
            catch
            {
                await connection.DisposeAsync().ConfigureAwait(false);
                throw;
            }
        }
        catch (Exception e) when (e is RabbitMQClientException or IOException)
        {
            throw new BrokerUnavailableException($"The broker cannot be reached: {e.Message}", e);
        }
    }

    /// <summary>Publishes a submission as an integrator does, and waits until the broker has it.</summary>
    /// <param name="body">UTF-8 JSON.</param>
    /// <param name="traceParent">W3C trace context to continue; null for none.</param>
    /// <param name="cancellationToken">Gives up; the broker may have it all the same.</param>
    /// <exception cref="BrokerUnavailableException">The broker did not take it.</exception>
    public async Task SubmitAsync(ReadOnlyMemory<byte> body, string? traceParent, CancellationToken cancellationToken)
    {
        var properties = new BasicProperties
        {
            ContentType = "application/json",
            DeliveryMode = DeliveryModes.Persistent,
            UserId = _user,
            Headers = traceParent is null ? null : new Dictionary<string, object?> { ["traceparent"] = traceParent },
        };
        try
        {
            await Channel.BasicPublishAsync(Topology.SubmitExchange, "", mandatory: true, properties, body, cancellationToken).ConfigureAwait(false);
        }
        catch (PublishException e) when (e.IsReturn)
        {
            throw new BrokerUnavailableException($"No queue takes what is published to {Topology.SubmitExchange}: has the coordinator been started once?", e);
        }
        catch (RabbitMQClientException e)
        {
            throw new BrokerUnavailableException($"The broker did not take the submission: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Channel.DisposeAsync().ConfigureAwait(false);
        await _connection.DisposeAsync().ConfigureAwait(false);
    }
}
