using MassTransit;
using SdFleet.Contracts.Jobs;
using SdFleet.Worker.Inference;

namespace SdFleet.Worker.Consumers;

/// <summary>Takes attempts from the work queues; each is acknowledged once its end has been reported.</summary>
internal sealed class WorkConsumer(AttemptRunner runner) : IConsumer<GenerateImages>
{
    public Task Consume(ConsumeContext<GenerateImages> context) => context.ReceiveContext.Redelivered
        ? runner.GiveBackAsync(context.Message)
        : runner.RunAsync(context.Message with { Recipe = RecipeSeal.Open(context.Message.Recipe) }, context.CancellationToken);
}
