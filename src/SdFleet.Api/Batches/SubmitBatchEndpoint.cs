using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using SdFleet.Api.Bodies;
using SdFleet.Api.Jobs;
using SdFleet.Api.OpenApi;
using SdFleet.Api.Problems;
using SdFleet.Contracts.Api;
using SdFleet.Contracts.Batches;
using SdFleet.Contracts.Identity;
using SdFleet.Contracts.Validation;
using SdFleet.Hosting.Authentication;
using SdFleet.Hosting.Bus;
using SdFleet.Hosting.Configuration;
using SdFleet.Hosting.Webhooks;
using SdFleet.JobStore;
using SdFleet.Storage;

namespace SdFleet.Api.Batches;

/// <summary><c>POST /v1/batches</c>: closes an upload and hands the batch to the coordinator.</summary>
internal static class SubmitBatchEndpoint
{
    public static void MapSubmitBatch(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapPost(ApiRoutes.Batches, HandleAsync)
            .WithName("submitBatch")
            .WithSummary("Submit a batch whose parts are uploaded")
            .WithDescription(
                "The answer comes once the broker has confirmed the batch; its lines become jobs behind it, a window at a time. The id of a line's job " +
                "follows from the batch's id and the line's number, so submitting the same batch again makes nothing twice. The answer then says where the batch stands: one that has failed or was cancelled stays so.")
            .WithTags(ApiTags.Batches)
            .WithBatchBody()
            .Produces<BatchAccepted>(StatusCodes.Status202Accepted)
            .WithProblems(
                StatusCodes.Status400BadRequest,
                StatusCodes.Status409Conflict,
                StatusCodes.Status413PayloadTooLarge,
                StatusCodes.Status415UnsupportedMediaType,
                StatusCodes.Status503ServiceUnavailable);

    private static async Task<IResult> HandleAsync(
        HttpContext context,
        ModelCatalog models,
        IJobStore store,
        IArtifactStore artifacts,
        FleetPublisher publisher,
        IOptions<ApiOptions> options,
        IOptions<WebhookOptions> webhooks,
        TimeProvider time,
        ILoggerFactory logs)
    {
        var (body, refusal) = await JsonBody.ReadAsync(context, SubmitBatchLimits.MaxBytes, "The submission of a batch");
        if (refusal is not null)
        {
            return refusal;
        }

        var aborted = context.RequestAborted;
        var errors = new List<FieldError>();
        var batch = SubmitBatchReader.Read(body, context.User.Tenant(), time.GetUtcNow(), errors);
        errors.AddRange(webhooks.Value.Check(batch.Tenant, batch.Webhook));
        CheckDefaults(batch, models, errors);
        if (errors.Count == 0)
        {
            errors.AddRange(await MissingPartsAsync(batch, artifacts, aborted));
        }

        if (errors.Count > 0)
        {
            return Problem.Of(errors);
        }

        if (await store.FindBatchAsync(batch.Id, aborted) is { } known)
        {
            return known.Digest == BatchDigest.Of(batch)
                ? Accepted(batch.Id, known.State)
                : Problem.Of(StatusCodes.Status409Conflict, $"Another batch has the id {batch.Id}. Submit a different batch under a different one.");
        }

        try
        {
            await ConfirmedPublish.RunAsync(token => publisher.SubmitAsync(batch, token), options.Value.PublishTimeout, time, aborted);
            return Accepted(batch.Id, state: null);
        }
        catch (BrokerUnavailableException e)
        {
            logs.CreateLogger(typeof(SubmitBatchEndpoint).FullName!).LogWarning(e, "Batch {BatchId} of {Tenant} was not accepted.", batch.Id, batch.Tenant);
            return Problem.ComeBack(
                "The broker has not confirmed the batch, so it may or may not be made. Submit it again with the same id; that cannot make it twice.", batch.Id);
        }
    }

    private static Accepted<BatchAccepted> Accepted(Guid id, BatchState? state) =>
        TypedResults.Accepted(ApiRoutes.Batch(id), new BatchAccepted { Id = id, Url = ApiRoutes.Batch(id), State = state });

    // As far as they stand by themselves: a line may name the model, its own size, and the scheduler that settings are for.
    private static void CheckDefaults(SubmitBatch batch, ModelCatalog models, List<FieldError> errors)
    {
        if (errors.Count > 0 || (batch.Defaults.Model is null && models.Specs.Count != 1))
        {
            return;
        }

        var found = new List<FieldError>();
        var defaults = batch.Defaults with
        {
            Id = batch.Id,
            Prompt = batch.Defaults.Prompt ?? "any",
            SchedulerSettings = batch.Defaults.Scheduler is null ? null : batch.Defaults.SchedulerSettings,
        };
        RecipeResolver.Resolve(defaults, models.Specs, batch.SubmittedAt, found);
        errors.AddRange(found.Select(e => e with { Field = $"defaults.{e.Field}" }));
    }

    // By what a listing says. Digests would mean reading the parts; the coordinator does that anyway, and checks them.
    private static async Task<IEnumerable<FieldError>> MissingPartsAsync(SubmitBatch batch, IArtifactStore artifacts, CancellationToken cancellationToken)
    {
        var lengths = await artifacts.ListAsync(ArtifactName.BatchPartPrefix(batch.Tenant, batch.Id), cancellationToken)
            .ToDictionaryAsync(e => e.Name, e => e.Length, cancellationToken: cancellationToken);
        return batch.Parts.Index()
            .Select(p => (p.Index, Declared: p.Item.Bytes, There: lengths.TryGetValue(ArtifactName.ForBatchPart(batch.Tenant, batch.Id, p.Index), out var length) ? length : (long?)null))
            .Where(p => p.There != p.Declared)
            .Select(p => new FieldError(
                string.Create(CultureInfo.InvariantCulture, $"parts[{p.Index}]"),
                p.There is null ? null : $"uploaded with {p.There} bytes",
                string.Create(CultureInfo.InvariantCulture, $"a part that was uploaded with {p.Declared} bytes")));
    }
}
