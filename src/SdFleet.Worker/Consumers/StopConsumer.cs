using MassTransit;
using SdFleet.Contracts.Jobs;
using SdFleet.Worker.Reporting;

namespace SdFleet.Worker.Consumers;

/// <summary>Stops the attempts in this worker's hands that nobody waits for any more.</summary>
internal sealed partial class StopConsumer(AttemptsInHand attempts, ILogger<StopConsumer> logger) : IConsumer<AttemptsUnwanted>
{
    public Task Consume(ConsumeContext<AttemptsUnwanted> context)
    {
        foreach (var attempt in context.Message.Attempts)
        {
            if (attempts.Stop(attempt))
            {
                LogStopped(attempt.JobId, attempt.Attempt);
            }
        }

        return Task.CompletedTask;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Job {JobId}, attempt {Attempt}, is stopped: nobody waits for it any more")]
    private partial void LogStopped(Guid jobId, int attempt);
}
