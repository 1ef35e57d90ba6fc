using System.Text.Json;
using MassTransit;
using SdFleet.Contracts;
using SdFleet.Contracts.Batches;
using SdFleet.Contracts.Events;
using SdFleet.Contracts.Jobs;
using SdFleet.Coordinator.Admission;
using SdFleet.Coordinator.Batches;
using SdFleet.Coordinator.Events;
using SdFleet.Hosting.Bus;

namespace SdFleet.Coordinator.Consumers;

/// <summary>
/// Takes what the broker gave up to deliver, the last fence against a message that kills or defeats whoever takes it. An
/// attempt ends, as an evicted one where it was delivered too often and else with its job, a submission or a batch as a rejected one, each with
/// the reason; the rest is logged with its body.
/// </summary>
internal sealed partial class DeadLetterConsumer(
    Admitter admitter, BatchAdmitter batches, ReportBook book, TimeProvider clock, ILogger<DeadLetterConsumer> logger) : IConsumer<SubmitJob>
{
    private const string Coordinator = "coordinator";
    private const string DeliveryLimit = "delivery_limit";
    private const int ShownBodyLength = 2000;

    public Task Consume(ConsumeContext<SubmitJob> context)
    {
        var queue = context.Headers.Get<string>("x-first-death-queue") ?? "";
        var cause = context.Headers.Get<string>("x-first-death-reason") ?? "unknown";

        // Released so long ago that its lease is over too: the job store has released it again.
        if (cause == "expired")
        {
            return Task.CompletedTask;
        }

        var body = context.ReceiveContext.GetBody();
        CoordinatorMetrics.DeadLetters.Add(1, new KeyValuePair<string, object?>("messaging.destination.name", queue));
        return Persistence.RunAsync(() => EndAsync(queue, cause, body), logger, context.CancellationToken);
    }

    private Task EndAsync(string queue, string cause, byte[] body)
    {
        var reason = $"The broker gave the message up in {queue} ({cause}).";
        if (queue == Topology.SubmitQueue)
        {
            return admitter.GiveUpAsync(body, reason);
        }

        if (queue == Topology.BatchQueue && Read<SubmitBatch>(body, ContractsJson.Options) is { } batch)
        {
            // Whoever submitted it was told that it is accepted, and looks there.
            return batches.GiveUpAsync(batch, reason);
        }

        // Gathered by a worker, and brought back too often by a coordinator of a version that knows single reports only.
        // Read as strictly as the messages that come on time: what has to be in it is used here.
        if (queue == Topology.EventsQueue && Read<JobReports>(body, MessageJson.Options) is { } reports && reports.Started.Count + reports.Completed.Count + reports.Failed.Count > 0)
        {
            return book.EnterAsync(reports);
        }

        if (Read<GenerateImages>(body, ContractsJson.Options) is { } work)
        {
            return book.EnterAsync(new JobFailed
            {
                JobId = work.JobId,
                Attempt = work.Attempt,
                WorkerId = Coordinator,

                // Given back that often, in seconds, by a worker that is not well: whether it is the job, its caps tell.
                ErrorClass = cause == DeliveryLimit ? ErrorClass.Evicted : ErrorClass.Permanent,
                Reason = $"No worker could end it: {reason}",
                At = clock.GetUtcNow(),
            });
        }

        LogDead(queue, cause, TextOf(body, ShownBodyLength));
        return Task.CompletedTask;
    }

    private static string TextOf(byte[] body, int maxLength) => System.Text.Encoding.UTF8.GetString(body.AsSpan(0, Math.Min(body.Length, maxLength)));

    private static T? Read<T>(byte[] body, JsonSerializerOptions options)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize<T>(body, options);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "A message died in {Queue} ({Cause}): {Body}")]
    private partial void LogDead(string queue, string cause, string body);
}
