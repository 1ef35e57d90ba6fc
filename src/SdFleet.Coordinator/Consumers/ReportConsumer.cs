using MassTransit;
using SdFleet.Contracts.Events;
using SdFleet.Contracts.Workers;
using SdFleet.Coordinator.Events;
using SdFleet.Coordinator.Scaling;

namespace SdFleet.Coordinator.Consumers;

/// <summary>Takes what workers report; each report is acknowledged once the job store has it.</summary>
internal sealed class ReportConsumer(ReportBook book, JobCosts costs, ILogger<ReportConsumer> logger) :
    IConsumer<JobStarted>, IConsumer<JobProgress>, IConsumer<JobCompleted>, IConsumer<JobFailed>, IConsumer<JobReports>,
    IConsumer<WorkerHeartbeat>
{
    public Task Consume(ConsumeContext<JobStarted> context) =>
        Persistence.RunAsync(() => book.EnterAsync(context.Message), logger, context.CancellationToken);

    public Task Consume(ConsumeContext<JobProgress> context) =>
        Persistence.RunAsync(() => book.EnterAsync(context.Message), logger, context.CancellationToken);

    public Task Consume(ConsumeContext<JobCompleted> context) =>
        Persistence.RunAsync(() => book.EnterAsync(context.Message), logger, context.CancellationToken);

    public Task Consume(ConsumeContext<JobFailed> context) =>
        Persistence.RunAsync(() => book.EnterAsync(context.Message), logger, context.CancellationToken);

    public Task Consume(ConsumeContext<JobReports> context) =>
        Persistence.RunAsync(() => book.EnterAsync(context.Message), logger, context.CancellationToken);

    public Task Consume(ConsumeContext<WorkerHeartbeat> context)
    {
        costs.Observe(context.Message);
        return Persistence.RunAsync(() => book.EnterAsync(context.Message), logger, context.CancellationToken);
    }
}
