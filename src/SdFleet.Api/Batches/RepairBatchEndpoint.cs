using System.Security.Claims;
using System.Text.Json;
using SdFleet.Api.Bodies;
using SdFleet.Api.OpenApi;
using SdFleet.Api.Problems;
using SdFleet.Contracts;
using SdFleet.Contracts.Api;
using SdFleet.Contracts.Batches;
using SdFleet.Contracts.Identity;
using SdFleet.Contracts.Images;
using SdFleet.Contracts.Jobs;
using SdFleet.Contracts.Validation;
using SdFleet.Hosting.Authentication;
using SdFleet.JobStore;
using SdFleet.Storage;
using SdFleet.Storage.Inputs;

namespace SdFleet.Api.Batches;

/// <summary>
/// <c>POST /v1/batches/{id}/repair</c>. What a client says is missing is looked at here: an artifact is taken away only where its own
/// bytes are not those of its record, and a job is made again only where something of it is missing. Both before the job may run again,
/// as its worker takes what is under a name for right.
/// </summary>
internal static class RepairBatchEndpoint
{
    private const int MaxBytes = 64 * 1024;

    public static void MapRepairBatch(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapPost(ApiRoutes.BatchRepairPattern, HandleAsync)
            .WithName("repairBatch")
            .WithSummary("Make lost and damaged pictures of a batch again")
            .WithDescription(
                "The pictures of each line are compared with their records. Where one is lost or damaged, or the job has failed, the job is made again under its id, " +
                "and its pictures under their names: those that are right stay as they are. Asking again changes nothing while it is underway, or once it is done. " +
                "A line whose job begins with a picture that is gone is refused, with the reason, and nothing of it is taken away. " +
                $"At most {RepairBatch.MaxLines} lines. The batch keeps its state; one that failed or was cancelled is left alone.")
            .WithTags(ApiTags.Batches)
            .Accepts<RepairBatch>("application/json")
            .Produces<BatchRepairView>()
            .WithProblems(
                StatusCodes.Status400BadRequest,
                StatusCodes.Status404NotFound,
                StatusCodes.Status409Conflict,
                StatusCodes.Status413PayloadTooLarge,
                StatusCodes.Status415UnsupportedMediaType,
                StatusCodes.Status503ServiceUnavailable);

    private static async Task<IResult> HandleAsync(
        Guid id, HttpContext context, ClaimsPrincipal caller, IJobStore store, IArtifactStore artifacts, ApiKeyRequirement keys, TimeProvider time, ILoggerFactory logs)
    {
        var (body, refusal) = await JsonBody.ReadAsync(context, MaxBytes, "A request for a repair");
        if (refusal is not null)
        {
            return refusal;
        }

        var aborted = context.RequestAborted;
        if (LinesOf(body) is not { } lines)
        {
            return Problem.Of([new FieldError("lines", "not that", $"a list of 1 to {RepairBatch.MaxLines} different whole numbers of at least 1, as {{\"lines\":[1]}}")]);
        }

        switch (await store.FindVisibleBatchAsync(id, caller, keys, aborted))
        {
            case null:
                return BatchVisibility.NotFound(id);
            case { State: BatchState.Cancelled or BatchState.Failed } over:
                return Problem.Of(StatusCodes.Status409Conflict, $"The batch is {over.State.ToString().ToLowerInvariant()}, and stays so: nothing more of it is made.");
        }

        var log = logs.CreateLogger(typeof(RepairBatchEndpoint).FullName!);
        var views = new List<LineRepairView>();
        foreach (var line in lines)
        {
            var view = await LookAsync(id, line, store, artifacts, time, log, aborted);

            // At once, and whether or not somebody still waits for the answer: what was taken away is to be made again.
            views.Add(view.Result == LineRepairResult.Requested
                ? view with { Result = ResultOf((await store.ReopenAsync([view.JobId], CancellationToken.None))[0]) }
                : view);
        }

        return TypedResults.Ok(new BatchRepairView { Lines = views });
    }

    private static IReadOnlyList<long>? LinesOf(byte[] body)
    {
        try
        {
            var lines = JsonSerializer.Deserialize<RepairBatch>(body, ContractsJson.Options)?.Lines;
            return lines is { Count: > 0 and <= RepairBatch.MaxLines } && lines.All(l => l > 0) && lines.Distinct().Count() == lines.Count ? lines : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // Requested where the job has to be made again; damaged artifacts are gone then.
    private static async Task<LineRepairView> LookAsync(
        Guid batch, long line, IJobStore store, IArtifactStore artifacts, TimeProvider time, ILogger log, CancellationToken cancellationToken)
    {
        var view = new LineRepairView { Line = line, JobId = DerivedId.FromBatchLine(batch, line), Result = LineRepairResult.Unknown };
        var job = await store.FindJobAsync(view.JobId, cancellationToken);
        if (job is null || job.BatchId != batch)
        {
            return view;
        }

        switch (job.State)
        {
            case JobState.Failed:
                var whyNot = await WhyNotAsync(job, artifacts, time, cancellationToken);
                return view with { Result = whyNot is null ? LineRepairResult.Requested : LineRepairResult.Refused, Missing = job.ImageCount, Reason = whyNot };
            case JobState.Cancelled or JobState.Rejected:
                return view with { Result = LineRepairResult.Refused };
            case not JobState.Completed:
                return view with { Result = LineRepairResult.Underway };
        }

        // All of the job, and not only what was named: none may be taken for right that is not.
        var missing = job.ImageCount - job.Images.Count;
        var damaged = new List<(ImageRecord Image, string Found)>();
        foreach (var image in job.Images)
        {
            var found = await artifacts.HashAsync(image.Artifact, cancellationToken);
            if (found == image.Sha256)
            {
                continue;
            }

            missing++;
            if (found is not null)
            {
                damaged.Add((image, found));
            }
        }

        if (missing == 0)
        {
            return view with { Result = LineRepairResult.Intact };
        }

        // A damaged picture is better than none.
        if (await WhyNotAsync(job, artifacts, time, cancellationToken) is { } reason)
        {
            return view with { Result = LineRepairResult.Refused, Missing = missing, Reason = reason };
        }

        foreach (var (image, found) in damaged)
        {
            if (await IsAsSeenAsync(job, store, cancellationToken) && await artifacts.RemoveDamagedAsync(image.Artifact, found, cancellationToken))
            {
                log.LogWarning("Removed {Artifact}: its SHA-256 was {Found}, and its record says {Recorded}.", image.Artifact, found, image.Sha256);
            }
        }

        return view with { Result = LineRepairResult.Requested, Missing = missing };
    }

    // What keeps the job from being made again, or null. The pictures that it begins with are renewed, so that they are there when it is.
    private static async Task<string?> WhyNotAsync(JobSnapshot job, IArtifactStore artifacts, TimeProvider time, CancellationToken cancellationToken)
    {
        var gone = await artifacts.FindMissingInputsAsync(job.Tenant, job.Recipe!, time.GetUtcNow(), cancellationToken);
        return gone.Count == 0 ? null : string.Join("; ", gone);
    }

    // Not where another request has it made again already: what is found then may be the new picture.
    private static async Task<bool> IsAsSeenAsync(JobSnapshot job, IJobStore store, CancellationToken cancellationToken) =>
        await store.FindJobAsync(job.Id, cancellationToken) is { State: JobState.Completed } now && now.Attempt == job.Attempt;

    private static LineRepairResult ResultOf(ReopenOutcome outcome) => outcome.Result switch
    {
        ReopenResult.Reopened => LineRepairResult.Requested,
        ReopenResult.Underway => LineRepairResult.Underway,
        ReopenResult.Refused => LineRepairResult.Refused,
        _ => LineRepairResult.Unknown,
    };
}
