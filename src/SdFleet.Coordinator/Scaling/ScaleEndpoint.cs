using Microsoft.Extensions.Options;
using SdFleet.Hosting.Configuration;
using SdFleet.JobStore;

namespace SdFleet.Coordinator.Scaling;

/// <summary>
/// The autoscaler's question. It reads counters only, so that it may be asked every few seconds however long the backlog is.
/// What is paused asks for no workers.
/// Where the job store is away it fails: an autoscaler must not read trouble as "no work".
/// </summary>
internal static class ScaleEndpoint
{
    public const string Pattern = "/v1/scale/{model}";

    public static void MapScale(this IEndpointRouteBuilder endpoints) => endpoints.MapGet(Pattern, AnswerAsync);

    private static async Task<IResult> AnswerAsync(
        string model, IJobStore store, ModelCatalog models, JobCosts costs, IOptions<ScaleOptions> options, CancellationToken cancellationToken)
    {
        if (models.Find(model) is null)
        {
            return Results.Problem($"There is no model \"{model}\": one of {string.Join(", ", models.Specs.Keys.Order(StringComparer.Ordinal))}", statusCode: StatusCodes.Status404NotFound);
        }

        var jobs = await store.CountOutstandingAsync(model, cancellationToken).ConfigureAwait(false);
        var measured = costs.SecondsPerJob(model);
        var guess = options.Value.SecondsPerJob;
        return Results.Json(new ScaleSignal(model, ScaleRule.GpuSeconds(jobs, measured, guess), jobs, measured ?? guess, measured is not null));
    }
}
