using System.Globalization;
using System.Text;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace SdFleet.Hosting.Bus;

/// <summary>A connection that looks whether a broker is fit for the fleet, and changes nothing that stays.</summary>
public sealed class BrokerProbe : IAsyncDisposable
{
    private const ushort NotAllowed = 530;
    private const ushort NotFound = 404;

    private readonly IConnection _connection;

    private BrokerProbe(IConnection connection) => _connection = connection;

    /// <summary>The broker's version, as it says it.</summary>
    public string Version => Text("version");

    /// <summary>The broker's product, such as <c>RabbitMQ</c>.</summary>
    public string Product => Text("product");

    /// <summary>Connects, once.</summary>
    /// <exception cref="BrokerUnavailableException">It does not answer, or refuses; the message says what to do.</exception>
    public static async Task<BrokerProbe> ConnectAsync(Uri broker, TimeSpan patience, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(broker);
        var factory = new ConnectionFactory
        {
            Uri = broker,
            ClientProvidedName = "sdfleet doctor",
            AutomaticRecoveryEnabled = false,
            RequestedConnectionTimeout = patience,
        };
        IConnection? connection = null;
        try
        {
            connection = await factory.CreateConnectionAsync(cancellationToken).ConfigureAwait(false);

            // That the virtual host is refused may show with the first use only.
            await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
            return new BrokerProbe(connection);
        }
        catch (Exception e) when (e is RabbitMQClientException or IOException)
        {
            if (connection is not null)
            {
                await connection.DisposeAsync().ConfigureAwait(false);
            }

            throw new BrokerUnavailableException(Why(e, broker), e);
        }
    }

    /// <summary>Messages in a queue; null where there is no such queue.</summary>
    public async Task<uint?> CountAsync(string queue, CancellationToken cancellationToken)
    {
        // A channel of its own: to be told that there is none ends it.
        await using var channel = await _connection.CreateChannelAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
        try
        {
            return (await channel.QueueDeclarePassiveAsync(queue, cancellationToken).ConfigureAwait(false)).MessageCount;
        }
        catch (OperationInterruptedException e) when (e.ShutdownReason?.ReplyCode == NotFound)
        {
            return null;
        }
    }

    /// <summary>Whether there is such an exchange.</summary>
    public async Task<bool> HasExchangeAsync(string exchange, CancellationToken cancellationToken)
    {
        await using var channel = await _connection.CreateChannelAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
        try
        {
            await channel.ExchangeDeclarePassiveAsync(exchange, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (OperationInterruptedException e) when (e.ShutdownReason?.ReplyCode == NotFound)
        {
            return false;
        }
    }

    /// <summary>
    /// Makes a queue that goes with this connection, sends it a message and takes it out again: whether the user may configure,
    /// write and read what is the fleet's.
    /// </summary>
    /// <exception cref="BrokerUnavailableException">It may not, or the message did not come.</exception>
    public async Task ExchangeMessageAsync(CancellationToken cancellationToken)
    {
        try
        {
            var options = new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true);
            await using var channel = await _connection.CreateChannelAsync(options, cancellationToken).ConfigureAwait(false);
            var queue = $"sdfleet.doctor.{Guid.NewGuid():N}";
            await channel.QueueDeclareAsync(queue, durable: false, exclusive: true, autoDelete: true, cancellationToken: cancellationToken).ConfigureAwait(false);
            await channel.BasicPublishAsync("", queue, mandatory: true, Encoding.UTF8.GetBytes("probe"), cancellationToken).ConfigureAwait(false);
            if (await channel.BasicGetAsync(queue, autoAck: true, cancellationToken).ConfigureAwait(false) is null)
            {
                throw new BrokerUnavailableException("A message that the broker had confirmed was not in its queue.");
            }
        }
        catch (Exception e) when (e is RabbitMQClientException or IOException)
        {
            throw new BrokerUnavailableException(Text(e), e);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    // The client wraps what happened, more than once and with the tries side by side.
    private static string Why(Exception error, Uri broker)
    {
        var all = Chain(error).ToList();
        var user = Uri.UnescapeDataString(broker.UserInfo.Split(':')[0]);
        if (all.OfType<AuthenticationFailureException>().Any() || all.Any(e => e.Message.Contains("ACCESS_REFUSED", StringComparison.Ordinal)))
        {
            return $"The broker refuses user \"{user}\": check user and password in SdFleet:Transport:Uri. (RabbitMQ lets guest in from its own machine only.)";
        }

        if (all.OfType<OperationInterruptedException>().FirstOrDefault(e => e.ShutdownReason?.ReplyCode == NotAllowed) is { } refused)
        {
            var host = BrokerManagement.VirtualHostOf(broker);
            return refused.Message.Contains("not found", StringComparison.Ordinal)
                ? $"There is no virtual host \"{host}\": make it (rabbitmqctl add_vhost {host}; rabbitmqctl set_permissions -p {host} {user} '.*' '.*' '.*'), or correct SdFleet:Transport:Uri."
                : $"User \"{user}\" may not enter the virtual host \"{host}\": rabbitmqctl set_permissions -p {host} {user} '.*' '.*' '.*'";
        }

        return $"Nothing that speaks AMQP answers at {broker.Host}:{Port(broker)}: {all[^1].Message} Check that the broker is up, its address, and the network between.";
    }

    private static string Port(Uri broker) =>
        (broker.Port > 0 ? broker.Port : broker.Scheme == "amqps" ? 5671 : 5672).ToString(CultureInfo.InvariantCulture);

    private static string Text(Exception error) =>
        error is OperationInterruptedException { ShutdownReason: { } reason } ? reason.ReplyText : error.GetBaseException().Message;

    private static IEnumerable<Exception> Chain(Exception error) =>
        (error is AggregateException many ? many.InnerExceptions : error.InnerException is { } inner ? [inner] : (IReadOnlyList<Exception>)[])
        .SelectMany(Chain).Prepend(error);

    private string Text(string property) =>
        _connection.ServerProperties?.TryGetValue(property, out var value) == true && value is byte[] text ? Encoding.UTF8.GetString(text) : "unknown";
}
