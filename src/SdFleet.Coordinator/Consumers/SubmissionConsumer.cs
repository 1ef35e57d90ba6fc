using MassTransit;
using SdFleet.Contracts.Jobs;
using SdFleet.Coordinator.Admission;
using SdFleet.Hosting.Bus;

namespace SdFleet.Coordinator.Consumers;

/// <summary>Takes submissions that MassTransit brings: in memory, and those that found no queue.</summary>
internal sealed class SubmissionConsumer(SubmissionIntake intake) : IConsumer<SubmitJob>
{
    // MassTransit carries the trace in a header of its own and has continued it; publishers that are not MassTransit send W3C's.
    public Task Consume(ConsumeContext<SubmitJob> context) => intake.TakeAsync(
        context.ReceiveContext.GetBody(), context.Headers.Get<string>("traceparent"), context.PublisherUser(), context.CancellationToken);
}
