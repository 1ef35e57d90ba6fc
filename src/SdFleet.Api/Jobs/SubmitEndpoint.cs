using Microsoft.Extensions.Options;
using SdFleet.Api.Bodies;
using SdFleet.Api.OpenApi;
using SdFleet.Api.Problems;
using SdFleet.Contracts.Api;
using SdFleet.Contracts.Identity;
using SdFleet.Contracts.Jobs;
using SdFleet.Contracts.Validation;
using SdFleet.Hosting.Authentication;
using SdFleet.Hosting.Bus;
using SdFleet.Hosting.Configuration;
using SdFleet.Hosting.Webhooks;
using SdFleet.Storage;
using SdFleet.Storage.Inputs;

namespace SdFleet.Api.Jobs;

/// <summary><c>POST /v1/jobs</c>: what is wrong is said at once, what is right is handed to the coordinator.</summary>
internal static class SubmitEndpoint
{
    public static void MapSubmit(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapPost(ApiRoutes.Jobs, HandleAsync)
            .WithName("submitJob")
            .WithSummary("Submit a job")
            .WithDescription(
                "One recipe, one or more pictures. The answer comes once the broker has confirmed the job; GET the job's URL for what becomes of it. " +
                "Submitting again under the same id (or the same Idempotency-Key) makes no second job.")
            .WithTags(ApiTags.Jobs)
            .WithSubmissionBody()
            .WithIdempotencyKeyHeader()
            .Produces<JobAccepted>(StatusCodes.Status202Accepted)
            .WithProblems(
                StatusCodes.Status400BadRequest,
                StatusCodes.Status409Conflict,
                StatusCodes.Status413PayloadTooLarge,
                StatusCodes.Status415UnsupportedMediaType,
                StatusCodes.Status503ServiceUnavailable);

    private static async Task<IResult> HandleAsync(
        HttpContext context,
        ModelCatalog models,
        KnownJobs known,
        FleetPublisher publisher,
        IArtifactStore artifacts,
        IOptions<ApiOptions> options,
        IOptions<WebhookOptions> webhooks,
        TimeProvider time,
        ILoggerFactory logs)
    {
        var (body, refusal) = await JsonBody.ReadAsync(context, SubmissionReader.MaxBytes, "A submission");
        if (refusal is not null)
        {
            return refusal;
        }

        var (aborted, tenant) = (context.RequestAborted, context.User.Tenant());
        var now = time.GetUtcNow();
        var errors = new List<FieldError>();
        var read = SubmissionReader.Read(body, SubmissionDoor.Http, errors);
        var key = IdempotencyKey.Read(context.Request.Headers, errors);
        var id = IdOf(read, key, tenant, errors);
        var job = read with { Id = id ?? Guid.CreateVersion7(now), Tenant = tenant, SubmittedAt = now };

        errors.AddRange(webhooks.Value.Check(tenant, job.Webhook));

        // What the body is made of decides the rest: of something that is no object, missing fields need no mention.
        var resolved = errors.Any(e => e.Field == SubmissionReader.Body) ? null : RecipeResolver.Resolve(job, models.Specs, now, errors);

        // Of a job that was accepted before, the pictures may be gone by now; it is the same job all the same.
        var earlier = id is null || resolved is null || errors.Count > 0 ? KnownJob.None : await known.CompareAsync(resolved, aborted);
        if (resolved is not null && earlier != KnownJob.Same)
        {
            errors.AddRange(await artifacts.FindMissingInputsAsync(resolved, now, aborted));
        }

        if (resolved is null || errors.Count > 0)
        {
            return Problem.Of(errors);
        }

        var accepted = TypedResults.Accepted(ApiRoutes.Job(resolved.Id), new JobAccepted { Id = resolved.Id, Url = ApiRoutes.Job(resolved.Id) });
        switch (earlier)
        {
            case KnownJob.Same:
                return accepted;
            case KnownJob.Other:
                return Problem.Of(
                    StatusCodes.Status409Conflict,
                    $"Another job has the id {resolved.Id}{(key is null ? "" : $", which follows from {IdempotencyKey.Header}")}. Submit a different job under a different one.");
        }

        try
        {
            await ConfirmedPublish.RunAsync(token => publisher.SubmitAsync(job, token), options.Value.PublishTimeout, time, aborted);
            return accepted;
        }
        catch (BrokerUnavailableException e)
        {
            logs.CreateLogger(typeof(SubmitEndpoint).FullName!).LogWarning(e, "Job {JobId} of {Tenant} was not accepted (trace {TraceId}).", job.Id, tenant, Problem.TraceIdOf(context));
            return Problem.ComeBack(
                "The broker has not confirmed the job, so it may or may not be made. Submit it again with the id given here; that cannot make it twice.",
                job.Id);
        }
    }

    private static Guid? IdOf(SubmitJob read, string? key, string tenant, List<FieldError> errors)
    {
        Guid? fromKey = key is null ? null : DerivedId.FromIdempotencyKey(tenant, key);
        if (read.Id is not null && fromKey is not null && read.Id != fromKey)
        {
            errors.Add(new FieldError(
                IdempotencyKey.Header, $"\"{key}\"", $"not together with another id in the body (this key stands for {fromKey}); give one of them"));
        }

        return read.Id ?? fromKey;
    }
}
