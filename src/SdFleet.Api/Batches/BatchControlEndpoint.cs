using System.Security.Claims;
using Microsoft.Extensions.Options;
using SdFleet.Api.Jobs;
using SdFleet.Api.OpenApi;
using SdFleet.Api.Problems;
using SdFleet.Contracts.Api;
using SdFleet.Contracts.Batches;
using SdFleet.Hosting.Authentication;
using SdFleet.Hosting.Bus;
using SdFleet.JobStore;

namespace SdFleet.Api.Batches;

/// <summary>
/// <c>POST /v1/batches/{id}/cancel</c>, <c>pause</c> and <c>resume</c>. Like the cancelling of a job, written to the job store here,
/// so that the answer is final.
/// </summary>
internal static class BatchControlEndpoint
{
    public static void MapBatchControl(this IEndpointRouteBuilder endpoints)
    {
        Describe(endpoints.MapPost(ApiRoutes.BatchCancelPattern, CancelAsync), "cancelBatch", "Cancel a batch").WithDescription(
            "Lines that are not read yet and jobs that wait are never made; what runs is stopped before its next denoising step. Pictures that are finished stay. " +
            "Cancelling again changes nothing. A batch that has come to another end keeps it; what is made again of it (repair) is cancelled, and where nothing is, the answer is 409.");
        Describe(endpoints.MapPost(ApiRoutes.BatchPausePattern, SetPaused(true)), "pauseBatch", "Pause a batch").WithDescription(
            "Nothing more of it is released; what is in the work queues or runs goes on. A batch that has come to its end is 409, unless jobs of it are made again (repair); the pause ends with the last of them.");
        Describe(endpoints.MapPost(ApiRoutes.BatchResumePattern, SetPaused(false)), "resumeBatch", "Resume a batch").WithDescription(
            "A batch that has come to its end is 409, unless it was paused after it and jobs of it are made again still.");
    }

    private static RouteHandlerBuilder Describe(RouteHandlerBuilder endpoint, string name, string summary) =>
        endpoint
            .WithName(name)
            .WithSummary(summary)
            .WithTags(ApiTags.Batches)
            .Produces<BatchView>()
            .WithProblems(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict, StatusCodes.Status503ServiceUnavailable);

    private static async Task<IResult> CancelAsync(
        Guid id,
        ClaimsPrincipal caller,
        IJobStore store,
        BatchViews views,
        ApiKeyRequirement keys,
        FleetPublisher publisher,
        IOptions<ApiOptions> options,
        TimeProvider time,
        ILoggerFactory logs,
        CancellationToken cancellationToken)
    {
        if (await store.FindVisibleBatchAsync(id, caller, keys, cancellationToken) is null)
        {
            return BatchVisibility.NotFound(id);
        }

        var outcome = await store.CancelBatchAsync(id, time.GetUtcNow(), cancellationToken);
        await CancelEndpoint.TellWorkersAsync(publisher, outcome.Stopped, options.Value.PublishTimeout, time, logs);
        return outcome.Result == CancelResult.Cancelled || outcome.State == BatchState.Cancelled ? await ViewAsync(id, store, views, cancellationToken) : Over(id, outcome.State);
    }

    private static Delegate SetPaused(bool paused) =>
        async Task<IResult> (Guid id, ClaimsPrincipal caller, IJobStore store, BatchViews views, ApiKeyRequirement keys, CancellationToken cancellationToken) =>
        {
            if (await store.FindVisibleBatchAsync(id, caller, keys, cancellationToken) is null)
            {
                return BatchVisibility.NotFound(id);
            }

            return await store.PauseBatchAsync(id, paused, cancellationToken)
                ? await ViewAsync(id, store, views, cancellationToken)
                : Over(id, (await store.FindBatchAsync(id, cancellationToken))?.State);
        };

    private static async Task<IResult> ViewAsync(Guid id, IJobStore store, BatchViews views, CancellationToken cancellationToken) =>
        TypedResults.Ok(await views.WithActivityAsync((await store.FindBatchAsync(id, cancellationToken))!, cancellationToken));

    private static Problem Over(Guid id, BatchState? state) => state is null
        ? BatchVisibility.NotFound(id)
        : Problem.Of(StatusCodes.Status409Conflict, $"Batch {id} is {state.Value.ToString().ToLowerInvariant()} already, and stays so.");
}
