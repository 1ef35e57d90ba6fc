using MassTransit;
using SdFleet.Contracts;
using SdFleet.Hosting.Bus;

namespace SdFleet.Coordinator.Consumers;

/// <summary>The coordinator's queues: submissions in, workers' reports in.</summary>
public sealed class CoordinatorRoom : IFleetBusRoom
{
    // What is processed while the database commits is what makes up the next batch, so these are also the batch sizes.
    private const int Prefetch = 1000;

    /// <inheritdoc/>
    public void AddConsumers(IBusRegistrationConfigurator registration)
    {
        registration.AddConsumer<SubmissionConsumer>();
        registration.AddConsumer<ReportConsumer>();
    }

    /// <inheritdoc/>
    public void AddEndpoints(IBusRegistrationContext context, IBusFactoryConfigurator bus)
    {
        bus.FleetEndpoint(Topology.SubmitQueue, Prefetch, endpoint =>
        {
            endpoint.AcceptAnyBody();
            endpoint.ConfigureConsumer<SubmissionConsumer>(context);
        });
        bus.FleetEndpoint(Topology.EventsQueue, Prefetch, endpoint => endpoint.ConfigureConsumer<ReportConsumer>(context));
    }
}
