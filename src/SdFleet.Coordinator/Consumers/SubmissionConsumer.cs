using System.Diagnostics;
using MassTransit;
using SdFleet.Contracts.Jobs;
using SdFleet.Coordinator.Admission;
using SdFleet.Hosting.Bus;
using SdFleet.Hosting.Telemetry;

namespace SdFleet.Coordinator.Consumers;

/// <summary>Takes submissions from the broker; each is acknowledged once its job, or its rejection, is stored.</summary>
internal sealed class SubmissionConsumer(Admitter admitter, ILogger<SubmissionConsumer> logger) : IConsumer<SubmitJob>
{
    public Task Consume(ConsumeContext<SubmitJob> context)
    {
        // MassTransit carries the trace in a header of its own and has continued it; publishers that are not MassTransit send W3C's.
        var body = context.ReceiveContext.GetBody();
        var traceparent = context.Headers.Get<string>("traceparent");
        var user = context.PublisherUser();
        return Persistence.RunAsync(() => AdmitAsync(body, traceparent, user), logger, context.CancellationToken);
    }

    private async Task AdmitAsync(byte[] body, string? traceparent, string? user)
    {
        using var activity = TraceContext.Continue(CoordinatorActivity.Source, "admit", ActivityKind.Internal, traceparent);

        // A coordinator that is not traced itself still knows whose trace it is.
        await admitter.AdmitAsync(body, TraceContext.Current ?? TraceContext.Valid(traceparent), user).ConfigureAwait(false);
    }
}
