using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using SdFleet.Contracts;
using SdFleet.Contracts.Batches;
using SdFleet.Contracts.Events;
using SdFleet.Contracts.Jobs;
using SdFleet.Contracts.Workers;
using SdFleet.Hosting.Configuration;
using FabricExchangeType = MassTransit.Transports.Fabric.ExchangeType;
using RabbitExchangeType = RabbitMQ.Client.ExchangeType;

namespace SdFleet.Hosting.Bus;

/// <summary>Puts a service on the fleet's bus.</summary>
public static class FleetBusExtensions
{
    /// <summary>Adds the bus with what <paramref name="rooms"/> contribute, and <see cref="FleetPublisher"/>.</summary>
    public static IServiceCollection AddFleetBus(this IServiceCollection services, IConfiguration configuration, params IReadOnlyList<IFleetBusRoom> rooms)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(rooms);
        var section = configuration.GetSection(TransportOptions.SectionName);

        // An invalid section fails validation at start; until then anything that lets the container be built will do.
        var transport = new TransportOptions();
        section.Bind(transport);
        services.AddValidatedOptions<TransportOptions>(section, TransportOptions.Validate);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<FleetPublisher>();

        // In memory, publishing before the queues are bound would lose messages without a word. RabbitMQ returns what has no
        // queue, and a broker that is away must not keep a service from answering that it is.
        services.Configure<MassTransitHostOptions>(o => o.WaitUntilStarted = transport.Kind == TransportKind.InMemory);
        services.AddMassTransit(registration =>
        {
            registration.DisableUsageTelemetry();
            foreach (var room in rooms)
            {
                room.AddConsumers(registration);
            }

            if (transport.Kind == TransportKind.RabbitMq)
            {
                registration.UsingRabbitMq((context, bus) =>
                {
                    var broker = transport.Uri ?? new Uri("amqp://unconfigured");
                    var port = ActivatorUtilities.CreateInstance<BrokerPort>(context, broker);
                    bus.Host(broker, host =>
                    {
                        host.PublisherConfirmation = true;
                        host.OnRefreshConnectionFactory = _ => port.WaitAsync();
                    });
                    Configure(bus);
                    bus.Publish<GenerateImages>(p => p.ExchangeType = RabbitExchangeType.Direct);
                    AddEndpoints(context, bus, rooms);
                });
            }
            else
            {
                registration.UsingInMemory((context, bus) =>
                {
                    Configure(bus);
                    bus.Publish<GenerateImages>(p => p.ExchangeType = FabricExchangeType.Direct);
                    AddEndpoints(context, bus, rooms);
                });
            }
        });

        // After the bus, so that they stop before it: what they have in hand may have to publish.
        foreach (var room in transport.Kind == TransportKind.RabbitMq ? rooms : [])
        {
            room.AddReceivers(services);
        }

        return services;
    }

    /// <summary>
    /// For a service of its own: refuses to start in memory, where its messages would reach nobody outside this process and
    /// what it accepted would be lost.
    /// </summary>
    public static IServiceCollection RequireBroker(this IServiceCollection services)
    {
        services.AddOptions<TransportOptions>().Validate(
            transport => transport.Kind != TransportKind.InMemory,
            $"{TransportOptions.SectionName}:Kind is {TransportKind.InMemory}: a service of its own needs {TransportKind.RabbitMq} (sdfleet up runs everything in one process)");
        return services;
    }

    /// <summary>
    /// How the process stops: consumers get <paramref name="finish"/> to end what they have, then their token is cancelled and
    /// they get a little longer to give it back. Each time is longer than the one inside it.
    /// </summary>
    public static IServiceCollection AddDrain(this IServiceCollection services, TimeSpan finish)
    {
        var giveBack = TimeSpan.FromSeconds(5);
        services.Configure<MassTransitHostOptions>(o =>
        {
            // Rooms that share a process share its bus: the one that needs longest decides.
            o.ConsumerStopTimeout = Longer(o.ConsumerStopTimeout, finish);
            o.StopTimeout = Longer(o.StopTimeout, finish + giveBack);
        });
        return services.Configure<HostOptions>(o => o.ShutdownTimeout = Longer(o.ShutdownTimeout, finish + (2 * giveBack)));

        static TimeSpan Longer(TimeSpan? a, TimeSpan b) => a > b ? a.Value : b;
    }

    /// <summary>Declares what the coordinator publishes to but does not consume; needs <see cref="ModelCatalog"/>.</summary>
    public static IServiceCollection AddWorkTopology(this IServiceCollection services) => services.AddHostedService<WorkTopologyService>();

    // Before anything else asks for an exchange's name: on RabbitMQ its first use settles it.
    private static void Configure(IBusFactoryConfigurator bus)
    {
        // Plain JSON with the type in a header: what integrators publish and what the services say look the same on the wire.
        bus.UseRawJsonSerializer(RawSerializerOptions.AddTransportHeaders | RawSerializerOptions.CopyHeaders, isDefault: true);
        bus.ConfigureJsonSerializerOptions(options =>
        {
            ContractsJson.Apply(options);
            MessageJson.RefuseNulls(options);
            return options;
        });
        bus.UseInstrumentation();

        Name<SubmitJob>(bus, Topology.SubmitExchange);
        Name<SubmitBatch>(bus, Topology.BatchQueue);
        Name<GenerateImages>(bus, Topology.WorkExchange);
        Name<JobStarted>(bus, Topology.EventsExchange);
        Name<JobProgress>(bus, Topology.EventsExchange);
        Name<JobCompleted>(bus, Topology.EventsExchange);
        Name<JobFailed>(bus, Topology.EventsExchange);
        Name<JobReports>(bus, Topology.EventsExchange);
        Name<WorkerHeartbeat>(bus, Topology.EventsExchange);
        Name<SubmissionRejected>(bus, Topology.RejectedQueue);
        Name<AttemptsUnwanted>(bus, Topology.ControlExchange);
    }

    private static void AddEndpoints(IBusRegistrationContext context, IBusFactoryConfigurator bus, IReadOnlyList<IFleetBusRoom> rooms)
    {
        foreach (var room in rooms)
        {
            room.AddEndpoints(context, bus);
        }
    }

    private static void Name<T>(IBusFactoryConfigurator bus, string exchange)
        where T : class =>
        bus.Message<T>(m => m.SetEntityName(exchange));
}
