namespace SdFleet.Hosting.Bus;

/// <summary>Settings under <c>SdFleet:Transport</c>.</summary>
public sealed class TransportOptions
{
    /// <summary>Configuration section.</summary>
    public const string SectionName = "SdFleet:Transport";

    /// <summary>What carries the messages. Default in-memory.</summary>
    public TransportKind Kind { get; set; } = TransportKind.InMemory;

    /// <summary>Broker, for <see cref="TransportKind.RabbitMq"/>: <c>amqp://user:password@host:port/vhost</c>.</summary>
    public Uri? Uri { get; set; }

    /// <summary>
    /// The broker's management API, <c>http://host:port</c>, for the coordinator to set the fleet's policies with the broker's
    /// user and password; null where an operator sets them.
    /// </summary>
    public Uri? Management { get; set; }

    /// <summary>Everything that is wrong with <paramref name="options"/>.</summary>
    public static IEnumerable<string> Validate(TransportOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Management is not (null or { IsAbsoluteUri: true, Scheme: "http" or "https" }))
        {
            yield return "Management must be http://host:port (or https://)";
        }

        if (options.Kind == TransportKind.RabbitMq && options.Uri is not { IsAbsoluteUri: true, Scheme: "amqp" or "amqps" })
        {
            yield return "Uri must be amqp://user:password@host:port/vhost (or amqps://) when Kind is RabbitMq";
        }
    }
}
