using System.Security.Claims;
using SdFleet.Api.OpenApi;
using SdFleet.Api.Problems;
using SdFleet.Contracts.Api;
using SdFleet.Hosting.Authentication;
using SdFleet.JobStore;

namespace SdFleet.Api.Jobs;

/// <summary><c>GET /v1/jobs/{id}</c>.</summary>
internal static class JobEndpoint
{
    public static void MapJob(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet(ApiRoutes.JobPattern, HandleAsync)
            .WithName("getJob")
            .WithSummary("Where a job stands, and its finished pictures")
            .WithTags(ApiTags.Jobs)
            .Produces<JobView>()
            .WithProblems(StatusCodes.Status404NotFound, StatusCodes.Status503ServiceUnavailable);

    private static async Task<IResult> HandleAsync(
        Guid id, ClaimsPrincipal caller, IJobStore store, ApiKeyRequirement keys, CancellationToken cancellationToken) =>
        await store.FindVisibleJobAsync(id, caller, keys, cancellationToken) is { } job
            ? TypedResults.Ok(View(job))
            : NotFound(id);

    public static Problem NotFound(Guid id) => Problem.Of(
        StatusCodes.Status404NotFound,
        $"There is no job {id} here. A job that was just submitted may take a moment until it is admitted: ask again.");

    public static JobView View(JobSnapshot job) => new()
    {
        Id = job.Id,
        State = job.State,
        Tenant = job.Tenant,
        BatchId = job.BatchId,
        Line = job.Line,
        Lane = job.Lane,
        ImageCount = job.ImageCount,
        Recipe = job.Recipe,
        Progress = job.Progress,
        Attempts = job.Attempt,
        Failures = job.Failures,
        Evictions = job.Evictions,
        Error = job.Error,
        WorkerId = job.WorkerId,
        SubmittedAt = job.SubmittedAt,
        StartedAt = job.StartedAt,
        FinishedAt = job.FinishedAt,
        Images = [.. job.Images.Select(image => new ImageView { Url = ApiRoutes.Image(job.Id, image.Index), Record = image })],
    };
}
