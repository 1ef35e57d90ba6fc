using MassTransit;
using SdFleet.Contracts;
using SdFleet.Hosting.Bus;

namespace SdFleet.Coordinator.Consumers;

/// <summary>The coordinator's queues: submissions and batches in, workers' reports in, and what nobody could end.</summary>
public sealed class CoordinatorRoom : IFleetBusRoom
{
    // What is processed while the database commits is what makes up the next batch, so these are also the batch sizes.
    private const int Prefetch = 1000;
    private const int DeadPrefetch = 16;
    private const int BatchPrefetch = 4;

    /// <inheritdoc/>
    public void AddConsumers(IBusRegistrationConfigurator registration)
    {
        registration.AddConsumer<SubmissionConsumer>();
        registration.AddConsumer<BatchConsumer>();
        registration.AddConsumer<ReportConsumer>();
        registration.AddConsumer<DeadLetterConsumer>();
    }

    /// <inheritdoc/>
    public void AddEndpoints(IBusRegistrationContext context, IBusFactoryConfigurator bus)
    {
        foreach (var queue in new[] { Topology.SubmitQueue, Topology.UnroutedQueue })
        {
            bus.FleetEndpoint(queue, Prefetch, endpoint =>
            {
                endpoint.AcceptAnyBody();
                endpoint.ConfigureConsumer<SubmissionConsumer>(context);
            });
        }

        bus.FleetEndpoint(Topology.DeadQueue, DeadPrefetch, endpoint =>
        {
            endpoint.AcceptAnyBody();
            endpoint.ConfigureConsumer<DeadLetterConsumer>(context);
        });
        bus.FleetEndpoint(Topology.BatchQueue, BatchPrefetch, endpoint => endpoint.ConfigureConsumer<BatchConsumer>(context));
        bus.FleetEndpoint(Topology.EventsQueue, Prefetch, endpoint => endpoint.ConfigureConsumer<ReportConsumer>(context));
    }
}
