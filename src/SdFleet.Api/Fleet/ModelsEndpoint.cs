using SdFleet.Api.OpenApi;
using SdFleet.Contracts.Api;
using SdFleet.Contracts.Jobs;
using SdFleet.Contracts.Models;
using SdFleet.Contracts.Workers;
using SdFleet.Hosting.Configuration;
using SdFleet.JobStore;

namespace SdFleet.Api.Fleet;

/// <summary><c>GET /v1/models</c>.</summary>
internal static class ModelsEndpoint
{
    public static void MapModels(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet(ApiRoutes.Models, HandleAsync)
            .WithName("listModels")
            .WithTags(ApiTags.Fleet)
            .WithSummary("The models, their defaults and limits, and how much there is to do for each")
            .Produces<IReadOnlyList<ModelView>>()
            .WithProblems(StatusCodes.Status503ServiceUnavailable);

    /// <summary>All models as they are now, by name.</summary>
    public static async Task<IReadOnlyList<ModelView>> ViewsAsync(ModelCatalog models, IJobStore store, TimeProvider time, CancellationToken cancellationToken)
    {
        var workers = await store.ListWorkersAsync(time.GetUtcNow(), cancellationToken);
        var counts = await store.CountAsync(cancellationToken);
        var paused = await store.ListPausedModelsAsync(cancellationToken);
        return [.. models.Specs.Values.OrderBy(m => m.Name, StringComparer.Ordinal).Select(m => View(m, workers, counts, paused))];
    }

    private static async Task<IResult> HandleAsync(ModelCatalog models, IJobStore store, TimeProvider time, CancellationToken cancellationToken) =>
        TypedResults.Ok(await ViewsAsync(models, store, time, cancellationToken));

    private static ModelView View(ModelSpec model, IReadOnlyList<WorkerView> workers, IReadOnlyList<JobCount> counts, IReadOnlyList<string> paused)
    {
        var jobs = counts.Where(c => c.Model == model.Name).ToList();
        return new ModelView
        {
            Spec = model,
            Workers = workers.Count(w => w.Alive && w.Heartbeat.Model == model.Name && w.Heartbeat.State is WorkerState.Idle or WorkerState.Busy),
            Queued = jobs.Where(c => c.State == JobState.Queued).Sum(c => c.Jobs),
            InFlight = jobs.Where(c => c.State is JobState.Released or JobState.Running).Sum(c => c.Jobs),
            Paused = paused.Contains(model.Name),
        };
    }
}
