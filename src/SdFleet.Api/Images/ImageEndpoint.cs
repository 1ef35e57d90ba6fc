using System.Net.Mime;
using System.Security.Claims;
using Microsoft.Net.Http.Headers;
using SdFleet.Api.Jobs;
using SdFleet.Api.OpenApi;
using SdFleet.Api.Problems;
using SdFleet.Hosting.Authentication;
using SdFleet.JobStore;
using SdFleet.Storage;

namespace SdFleet.Api.Images;

/// <summary><c>GET /v1/jobs/{id}/images/{index}</c>: the file, streamed from the artifact store.</summary>
internal static class ImageEndpoint
{
    // Artifacts never change; "private", as only their tenant may see them.
    private const string Forever = "private, max-age=31536000, immutable";

    public static void MapImage(this IEndpointRouteBuilder endpoints)
    {
        // Two endpoints, as each operation of the document has a name of its own.
        Describe(endpoints.MapGet(ApiRoutes.ImagePattern, HandleAsync), "getImage", "A finished picture")
            .Produces<Stream>(StatusCodes.Status200OK, MediaTypeNames.Image.Png);
        Describe(endpoints.MapMethods(ApiRoutes.ImagePattern, [HttpMethods.Head], HandleAsync), "headImage", "The headers of a finished picture")
            .Produces(StatusCodes.Status200OK);
    }

    private static RouteHandlerBuilder Describe(RouteHandlerBuilder endpoint, string name, string summary) =>
        endpoint
            .WithName(name)
            .WithTags(ApiTags.Jobs)
            .WithSummary(summary)
            .WithDescription("The ETag is the file's SHA-256; the file never changes. Ranges are served.")
            .Produces(StatusCodes.Status304NotModified)
            .WithProblems(StatusCodes.Status404NotFound, StatusCodes.Status503ServiceUnavailable);

    private static async Task<IResult> HandleAsync(
        Guid id,
        int index,
        HttpContext context,
        ClaimsPrincipal caller,
        IJobStore store,
        IArtifactStore artifacts,
        ApiKeyRequirement keys,
        ILoggerFactory logs)
    {
        var aborted = context.RequestAborted;
        if (await store.FindVisibleJobAsync(id, caller, keys, aborted) is not { } job)
        {
            return JobEndpoint.NotFound(id);
        }

        if (job.Images.FirstOrDefault(i => i.Index == index) is not { } image)
        {
            return Problem.Of(
                StatusCodes.Status404NotFound,
                index < job.ImageCount
                    ? $"Picture {index} of job {id} is not there yet: the job is {job.State.ToString().ToLowerInvariant()}."
                    : $"Job {id} has {job.ImageCount} pictures, counted from 0.");
        }

        var tag = new EntityTagHeaderValue($"\"{image.Sha256}\"");
        var headers = context.Response.GetTypedHeaders();
        if (Matches(context.Request.GetTypedHeaders().IfNoneMatch, tag))
        {
            // Answered without opening the file.
            headers.ETag = tag;
            context.Response.Headers.CacheControl = Forever;
            return TypedResults.StatusCode(StatusCodes.Status304NotModified);
        }

        if (await artifacts.OpenReadAsync(image.Artifact, aborted) is not { } content)
        {
            logs.CreateLogger(typeof(ImageEndpoint).FullName!).LogError("Job {JobId} has a record of {Artifact}, which the artifact store does not have.", id, image.Artifact);
            return Problem.Of(StatusCodes.Status404NotFound, $"Picture {index} of job {id} was made, but its file is no longer in the artifact store.");
        }

        context.Response.RegisterForDisposeAsync(content);
        context.Response.Headers.CacheControl = Forever;
        context.Response.Headers.XContentTypeOptions = "nosniff";
        if (!content.Stream.CanSeek)
        {
            context.Response.ContentLength = content.Length;
        }

        return TypedResults.Stream(content.Stream, content.ContentType, entityTag: tag, enableRangeProcessing: true);
    }

    private static bool Matches(IList<EntityTagHeaderValue> wanted, EntityTagHeaderValue tag) =>
        wanted.Any(w => w.Equals(EntityTagHeaderValue.Any) || w.Compare(tag, useStrongComparison: false));
}
