using SdFleet.Api.OpenApi;
using SdFleet.Contracts.Api;
using SdFleet.Hosting.Authentication;
using SdFleet.JobStore;

namespace SdFleet.Api.Fleet;

/// <summary><c>GET /v1/workers</c>.</summary>
internal static class WorkersEndpoint
{
    public static void MapWorkers(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet(ApiRoutes.Workers, HandleAsync)
            .WithName("listWorkers")
            .WithTags(ApiTags.Fleet)
            .WithSummary("The workers that have been heard of")
            .WithDescription("Where API keys are configured, the attempts in a worker's hands are left out, as they may be another tenant's.")
            .Produces<IReadOnlyList<WorkerView>>()
            .WithProblems(StatusCodes.Status503ServiceUnavailable);

    private static async Task<IResult> HandleAsync(IJobStore store, ApiKeyRequirement keys, TimeProvider time, CancellationToken cancellationToken)
    {
        var workers = await store.ListWorkersAsync(time.GetUtcNow(), cancellationToken);
        return TypedResults.Ok<IReadOnlyList<WorkerView>>(
            keys.IsRequired ? [.. workers.Select(w => w with { Heartbeat = w.Heartbeat with { Holds = [] } })] : workers);
    }
}
