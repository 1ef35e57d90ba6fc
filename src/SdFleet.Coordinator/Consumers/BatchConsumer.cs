using System.Diagnostics;
using MassTransit;
using SdFleet.Contracts.Batches;
using SdFleet.Coordinator.Batches;
using SdFleet.Hosting.Bus;
using SdFleet.Hosting.Telemetry;

namespace SdFleet.Coordinator.Consumers;

/// <summary>Takes batches whose upload is complete; each is acknowledged once it, or its rejection, is stored.</summary>
internal sealed class BatchConsumer(BatchAdmitter admitter, ILogger<BatchConsumer> logger) : IConsumer<SubmitBatch>
{
    public Task Consume(ConsumeContext<SubmitBatch> context)
    {
        var user = context.PublisherUser();
        return Persistence.AdmitAsync(
            () => AdmitAsync(context.Message, user),
            () => admitter.TryOthersAsync(context.CancellationToken),
            refusal => admitter.GiveUpAsync(context.Message, refusal),
            logger,
            context.CancellationToken);
    }

    private async Task AdmitAsync(SubmitBatch batch, string? user)
    {
        using var activity = CoordinatorActivity.Source.StartActivity("admit batch", ActivityKind.Internal);
        activity?.SetTag("sdfleet.batch.id", batch.Id);
        await admitter.AdmitAsync(batch, TraceContext.Current, user).ConfigureAwait(false);
    }
}
