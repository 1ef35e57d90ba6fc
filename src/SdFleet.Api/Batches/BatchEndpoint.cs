using System.Security.Claims;
using SdFleet.Api.OpenApi;
using SdFleet.Api.Problems;
using SdFleet.Contracts.Api;
using SdFleet.Hosting.Authentication;
using SdFleet.JobStore;

namespace SdFleet.Api.Batches;

/// <summary><c>GET /v1/batches</c>, one batch, and its bad lines.</summary>
internal static class BatchEndpoint
{
    private const int DefaultPage = 100;
    private const int MaxPage = 1000;

    public static void MapBatch(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet(ApiRoutes.Batches, ListAsync)
            .WithName("listBatches")
            .WithSummary("Batches, the newest first")
            .WithDescription("Give next of one page as before of the following one.")
            .WithTags(ApiTags.Batches)
            .Produces<BatchListView>()
            .WithProblems(StatusCodes.Status400BadRequest, StatusCodes.Status503ServiceUnavailable);
        endpoints.MapGet(ApiRoutes.BatchPattern, GetAsync)
            .WithName("getBatch")
            .WithSummary("Where a batch stands")
            .WithTags(ApiTags.Batches)
            .Produces<BatchView>()
            .WithProblems(StatusCodes.Status404NotFound, StatusCodes.Status503ServiceUnavailable);
        endpoints.MapGet(ApiRoutes.BatchProblemsPattern, ProblemsAsync)
            .WithName("listBatchProblems")
            .WithSummary("The lines of a batch that are no jobs, and why")
            .WithDescription("Give next of one page as after of the following one.")
            .WithTags(ApiTags.Batches)
            .Produces<BatchProblemsView>()
            .WithProblems(StatusCodes.Status400BadRequest, StatusCodes.Status404NotFound, StatusCodes.Status503ServiceUnavailable);
    }

    private static async Task<IResult> ListAsync(
        long? before, int? limit, ClaimsPrincipal caller, IJobStore store, ApiKeyRequirement keys, CancellationToken cancellationToken)
    {
        if (WrongLimit(limit) is { } wrong)
        {
            return wrong;
        }

        var max = limit ?? DefaultPage;
        var batches = await store.ListBatchesAsync(keys.IsRequired ? caller.Tenant() : null, before, max, cancellationToken);
        return TypedResults.Ok(new BatchListView
        {
            Batches = [.. batches.Select(BatchViews.Of)],
            Next = batches.Count == max ? batches[^1].Sequence : null,
        });
    }

    private static async Task<IResult> GetAsync(
        Guid id, ClaimsPrincipal caller, IJobStore store, BatchViews views, ApiKeyRequirement keys, CancellationToken cancellationToken) =>
        await store.FindVisibleBatchAsync(id, caller, keys, cancellationToken) is { } batch
            ? TypedResults.Ok(await views.WithActivityAsync(batch, cancellationToken))
            : BatchVisibility.NotFound(id);

    private static async Task<IResult> ProblemsAsync(
        Guid id, long? after, int? limit, ClaimsPrincipal caller, IJobStore store, ApiKeyRequirement keys, CancellationToken cancellationToken)
    {
        if (WrongLimit(limit) is { } wrong)
        {
            return wrong;
        }

        if (await store.FindVisibleBatchAsync(id, caller, keys, cancellationToken) is null)
        {
            return BatchVisibility.NotFound(id);
        }

        var max = limit ?? DefaultPage;
        var problems = await store.ListBatchProblemsAsync(id, after ?? 0, max, cancellationToken);
        return TypedResults.Ok(new BatchProblemsView { Problems = problems, Next = problems.Count == max ? problems[^1].Line : null });
    }

    private static Problem? WrongLimit(int? limit) =>
        limit is null or (>= 1 and <= MaxPage) ? null : Problem.Of(StatusCodes.Status400BadRequest, $"limit is {limit}: 1 to {MaxPage}.");
}
