using System.Text.Json;
using Microsoft.Extensions.Options;
using SdFleet.Contracts;
using SdFleet.Contracts.Batches;
using SdFleet.Contracts.Events;
using SdFleet.Contracts.Identity;
using SdFleet.Contracts.Validation;
using SdFleet.Hosting.Authentication;
using SdFleet.Hosting.Bus;
using SdFleet.Hosting.Webhooks;
using SdFleet.JobStore;

namespace SdFleet.Coordinator.Batches;

/// <summary>Puts batches into the job store, or aside with a reason. What is wrong with their lines shows when these are expanded.</summary>
internal sealed partial class BatchAdmitter(
    IJobStore store,
    FleetPublisher publisher,
    IOptions<PublisherOptions> publishers,
    IOptions<WebhookOptions> webhooks,
    TimeProvider clock,
    ILogger<BatchAdmitter> logger)
{
    private static readonly TimeSpan PublishTimeout = TimeSpan.FromSeconds(30);

    /// <summary>Admits or rejects one batch.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="traceparent">What its jobs' attempts continue.</param>
    /// <param name="user">The broker's user who published it; null where the message does not say.</param>
    public async Task AdmitAsync(SubmitBatch batch, string? traceparent, string? user)
    {
        if (publishers.Value.Check(user, batch.Tenant) is { } notAllowed)
        {
            await PutAsideAsync(batch, [notAllowed]).ConfigureAwait(false);
            return;
        }

        List<FieldError> wrong = batch.Webhook is { } webhook ? [.. WebhookFields.Check(webhook), .. webhooks.Value.Check(batch.Tenant, webhook)] : [];
        if (batch.Lines < 1 || batch.Parts.Any(part => part.Lines < 1))
        {
            // It would be expanded for ever, as there is no last line.
            wrong.Add(new FieldError("parts", $"{batch.Parts.Count} parts with {batch.Lines} lines", "at least one part, and a line in each"));
        }

        if (wrong.Count > 0)
        {
            await PutAsideAsync(batch, wrong).ConfigureAwait(false);
            return;
        }

        var admitted = await store.AdmitBatchAsync(
            new NewBatch { Batch = batch, Digest = BatchDigest.Of(batch), AdmittedAt = clock.GetUtcNow(), Traceparent = traceparent },
            CancellationToken.None).ConfigureAwait(false);
        if (admitted == AdmitResult.Conflict)
        {
            await PutAsideAsync(batch, [new FieldError("id", $"\"{batch.Id}\"", "an id that no other batch has; this one belongs to a different submission")]).ConfigureAwait(false);
        }
        else if (admitted == AdmitResult.Admitted)
        {
            LogAdmitted(batch.Id, batch.Name, batch.Tenant, batch.Lines, batch.Parts.Count);
        }
    }

    /// <summary>Tries whether the store admits other batches than one that it has refused.</summary>
    /// <exception cref="JobStoreException">It admits none.</exception>
    public Task TryOthersAsync(CancellationToken stopping) => store.TryBatchAdmissionAsync(stopping);

    /// <summary>Puts a batch aside that the job store refuses.</summary>
    public Task GiveUpAsync(SubmitBatch batch, string reason) =>
        PutAsideAsync(batch, [new FieldError("message", reason, "a message that the coordinator can process; its log says what went wrong")]);

    private async Task PutAsideAsync(SubmitBatch batch, IReadOnlyList<FieldError> errors)
    {
        var body = JsonSerializer.Serialize(batch, ContractsJson.Options);
        using var deadline = new CancellationTokenSource(PublishTimeout, clock);
        await publisher.RejectAsync(
            new SubmissionRejected
            {
                BatchId = batch.Id,
                Tenant = batch.Tenant,
                Errors = errors,
                Body = body[..Math.Min(body.Length, SubmissionReader.MaxBytes)],
                At = clock.GetUtcNow(),
            },
            deadline.Token).ConfigureAwait(false);
        LogRejected(batch.Id, batch.Tenant, string.Join("; ", errors));
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Admitted batch {Id} ({Name}) of {Tenant}: {Lines} lines in {Parts} parts")]
    private partial void LogAdmitted(Guid id, string name, string tenant, long lines, int parts);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Rejected batch {Id} of {Tenant}: {Errors}")]
    private partial void LogRejected(Guid id, string tenant, string errors);
}
