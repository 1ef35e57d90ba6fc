using MassTransit;
using SdFleet.Contracts.Jobs;
using SdFleet.Hosting.Bus;

namespace SdFleet.Worker.Consumers;

/// <summary>The worker's queues: the three lanes of its model, and what is said to all workers.</summary>
/// <param name="model">The model's name.</param>
/// <param name="listener">Unique for the process.</param>
/// <param name="prefetch">Messages fetched ahead in each lane: one pass through the model, and no more.</param>
public sealed class WorkerRoom(string model, string listener, int prefetch) : IFleetBusRoom
{
    /// <inheritdoc/>
    public void AddConsumers(IBusRegistrationConfigurator registration)
    {
        registration.AddConsumer<WorkConsumer>();
        registration.AddConsumer<StopConsumer>();
    }

    /// <inheritdoc/>
    public void AddEndpoints(IBusRegistrationContext context, IBusFactoryConfigurator bus)
    {
        bus.ControlEndpoint(listener, endpoint => endpoint.ConfigureConsumer<StopConsumer>(context));
        foreach (var lane in Enum.GetValues<Lane>())
        {
            bus.WorkEndpoint(model, lane, prefetch, endpoint => endpoint.ConfigureConsumer<WorkConsumer>(context));
        }
    }
}
