using MassTransit;
using SdFleet.Contracts.Events;
using SdFleet.Contracts.Workers;
using SdFleet.Coordinator.Events;
using SdFleet.JobStore;

namespace SdFleet.Coordinator.Consumers;

/// <summary>Takes what workers report; each report is acknowledged once the job store has it.</summary>
internal sealed class ReportConsumer(ReportBook book) :
    IConsumer<JobStarted>, IConsumer<JobProgress>, IConsumer<JobCompleted>, IConsumer<JobFailed>, IConsumer<WorkerHeartbeat>
{
    private static readonly TimeSpan PauseAfterTrouble = TimeSpan.FromSeconds(1);

    public Task Consume(ConsumeContext<JobStarted> context) => PausingAsync(book.EnterAsync(context.Message), context);

    public Task Consume(ConsumeContext<JobProgress> context) => PausingAsync(book.EnterAsync(context.Message), context);

    public Task Consume(ConsumeContext<JobCompleted> context) => PausingAsync(book.EnterAsync(context.Message), context);

    public Task Consume(ConsumeContext<JobFailed> context) => PausingAsync(book.EnterAsync(context.Message), context);

    public Task Consume(ConsumeContext<WorkerHeartbeat> context) => PausingAsync(book.EnterAsync(context.Message), context);

    private static async Task PausingAsync(Task task, ConsumeContext context)
    {
        try
        {
            await task.ConfigureAwait(false);
        }
        catch (JobStoreException)
        {
            // As for submissions: the message comes again at once, and the database may need a moment.
            await Task.Delay(PauseAfterTrouble, context.CancellationToken).ConfigureAwait(false);
            throw;
        }
    }
}
