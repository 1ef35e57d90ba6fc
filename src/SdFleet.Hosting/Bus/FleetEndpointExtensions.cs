using System.Net.Mime;
using MassTransit;
using SdFleet.Contracts;
using SdFleet.Contracts.Jobs;
using FabricExchangeType = MassTransit.Transports.Fabric.ExchangeType;
using RabbitExchangeType = RabbitMQ.Client.ExchangeType;

namespace SdFleet.Hosting.Bus;

/// <summary>Receive endpoints with the fleet's topology, the same on both transports.</summary>
public static class FleetEndpointExtensions
{
    /// <summary>
    /// An endpoint on a durable quorum queue whose name is also that of the exchange it is published to. A consumer's
    /// exception returns the message to the queue instead of moving it to an error queue: a message leaves the broker only
    /// once what it asks for is in the job store. What nobody here can read goes to <see cref="Topology.DeadQueue"/>.
    /// </summary>
    public static void FleetEndpoint(this IBusFactoryConfigurator bus, string queue, int prefetch, Action<IReceiveEndpointConfigurator> configure)
    {
        ArgumentNullException.ThrowIfNull(bus);
        ArgumentNullException.ThrowIfNull(configure);
        bus.ReceiveEndpoint(queue, endpoint =>
        {
            endpoint.ConfigureConsumeTopology = false;
            endpoint.PrefetchCount = prefetch;
            endpoint.ConfigureError(pipe => pipe.UseFilter(new UnreadableMessages<ExceptionReceiveContext>(queue)));
            endpoint.ConfigureDeadLetter(pipe => pipe.UseFilter(new UnreadableMessages<ReceiveContext>(queue)));
            endpoint.RethrowFaultedMessages();
            endpoint.ThrowOnSkippedMessages();
            if (endpoint is IRabbitMqReceiveEndpointConfigurator rabbit)
            {
                rabbit.SetQuorumQueue();
            }

            configure(endpoint);
        });
    }

    /// <summary>
    /// Gives the endpoint's consumer every message that arrives, whatever its body and content type. It reads the body with
    /// <c>context.ReceiveContext.GetBody()</c>.
    /// </summary>
    public static void AcceptAnyBody(this IReceiveEndpointConfigurator endpoint)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        // MassTransit reads its own envelope where a message claims to be one; nobody needs to send one here.
        endpoint.AddDeserializer(new AnyBodyRawJson(new ContentType("application/vnd.masstransit+json")));
        endpoint.AddDeserializer(new AnyBodyRawJson(new ContentType("application/json")), isDefault: true);
    }

    /// <summary>An endpoint that hears everything said on <see cref="Topology.ControlExchange"/> while its process lives; its queue goes with it.</summary>
    /// <param name="bus">The bus.</param>
    /// <param name="listener">Unique for the process.</param>
    /// <param name="configure">Adds the consumer.</param>
    public static void ControlEndpoint(this IBusFactoryConfigurator bus, string listener, Action<IReceiveEndpointConfigurator> configure)
    {
        ArgumentNullException.ThrowIfNull(bus);
        ArgumentNullException.ThrowIfNull(configure);
        bus.ReceiveEndpoint($"{Topology.ControlExchange}.{listener}", endpoint =>
        {
            endpoint.ConfigureConsumeTopology = false;
            endpoint.PrefetchCount = 64;
            endpoint.DiscardFaultedMessages();
            endpoint.DiscardSkippedMessages();
            switch (endpoint)
            {
                case IRabbitMqReceiveEndpointConfigurator rabbit:
                    rabbit.AutoDelete = true;
                    rabbit.Bind(Topology.ControlExchange);
                    break;
                case IInMemoryReceiveEndpointConfigurator memory:
                    memory.Bind(Topology.ControlExchange);
                    break;
                default:
                    throw new NotSupportedException($"No control topology for {endpoint.GetType().Name}.");
            }

            configure(endpoint);
        });
    }

    /// <summary>The endpoint of one lane of one model's work.</summary>
    public static void WorkEndpoint(this IBusFactoryConfigurator bus, string model, Lane lane, int prefetch, Action<IReceiveEndpointConfigurator> configure) =>
        bus.FleetEndpoint(Topology.WorkQueue(model, lane), prefetch, endpoint =>
        {
            var key = Topology.WorkKey(model, lane);
            switch (endpoint)
            {
                case IRabbitMqReceiveEndpointConfigurator rabbit:
                    rabbit.Bind(Topology.WorkExchange, b =>
                    {
                        b.ExchangeType = RabbitExchangeType.Direct;
                        b.RoutingKey = key;
                    });
                    break;
                case IInMemoryReceiveEndpointConfigurator memory:
                    memory.Bind(Topology.WorkExchange, FabricExchangeType.Direct, key);
                    break;
                default:
                    throw new NotSupportedException($"No work topology for {endpoint.GetType().Name}.");
            }

            configure(endpoint);
        });
}
