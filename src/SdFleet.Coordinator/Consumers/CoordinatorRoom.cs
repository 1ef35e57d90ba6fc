using MassTransit;
using SdFleet.Contracts;
using SdFleet.Coordinator.Admission;
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
    public void AddReceivers(IServiceCollection services) => services.AddBulkReceiver(Topology.SubmitQueue, Prefetch, provider =>
    {
        var intake = provider.GetRequiredService<SubmissionIntake>();
        return (message, stopping) => intake.TakeAsync(message.Body, message.Traceparent, message.User, stopping);
    });

    /// <inheritdoc/>
    public void AddEndpoints(IBusRegistrationContext context, IBusFactoryConfigurator bus)
    {
        // On RabbitMQ the submissions have a receiver of their own; what is unrouted is the exception.
        string[] queues = bus is IRabbitMqBusFactoryConfigurator ? [Topology.UnroutedQueue] : [Topology.SubmitQueue, Topology.UnroutedQueue];
        foreach (var queue in queues)
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
