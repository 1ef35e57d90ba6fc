using System.Diagnostics;
using MassTransit;
using SdFleet.Contracts.Jobs;
using SdFleet.Coordinator.Admission;
using SdFleet.Hosting.Telemetry;
using SdFleet.JobStore;

namespace SdFleet.Coordinator.Consumers;

/// <summary>Takes submissions from the broker; each is acknowledged once its job, or its rejection, is stored.</summary>
internal sealed class SubmissionConsumer(Admitter admitter) : IConsumer<SubmitJob>
{
    private static readonly TimeSpan PauseAfterTrouble = TimeSpan.FromSeconds(1);

    public async Task Consume(ConsumeContext<SubmitJob> context)
    {
        // MassTransit carries the trace in a header of its own and has continued it; publishers that are not MassTransit send W3C's.
        using var activity = TraceContext.Continue(CoordinatorActivity.Source, "admit", ActivityKind.Internal, context.Headers.Get<string>("traceparent"));
        try
        {
            await admitter.AdmitAsync(context.ReceiveContext.GetBody(), TraceContext.Current).ConfigureAwait(false);
        }
        catch (JobStoreException)
        {
            // The message goes back to the queue and comes again at once: without a pause a database that is away would
            // make the broker and this process spin.
            await Task.Delay(PauseAfterTrouble, context.CancellationToken).ConfigureAwait(false);
            throw;
        }
    }
}
