using MassTransit;
using SdFleet.Contracts.Jobs;
using SdFleet.Hosting.Bus;

namespace SdFleet.Worker.Consumers;

/// <summary>The worker's queues: the three lanes of its model.</summary>
/// <param name="model">The model's name.</param>
/// <param name="prefetch">Messages fetched ahead in each lane: one pass through the model, and no more.</param>
public sealed class WorkerRoom(string model, int prefetch) : IFleetBusRoom
{
    /// <inheritdoc/>
    public void AddConsumers(IBusRegistrationConfigurator registration) => registration.AddConsumer<WorkConsumer>();

    /// <inheritdoc/>
    public void AddEndpoints(IBusRegistrationContext context, IBusFactoryConfigurator bus)
    {
        foreach (var lane in Enum.GetValues<Lane>())
        {
            bus.WorkEndpoint(model, lane, prefetch, endpoint => endpoint.ConfigureConsumer<WorkConsumer>(context));
        }
    }
}
