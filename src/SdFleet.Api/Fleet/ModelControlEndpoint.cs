using System.Security.Claims;
using SdFleet.Api.OpenApi;
using SdFleet.Api.Problems;
using SdFleet.Contracts.Api;
using SdFleet.Hosting.Authentication;
using SdFleet.Hosting.Configuration;
using SdFleet.JobStore;

namespace SdFleet.Api.Fleet;

/// <summary>
/// <c>POST /v1/models/{name}/pause</c> and <c>resume</c>, for operators, as a model is everybody's. Written to the job store here, so
/// that the answer is final.
/// </summary>
internal static class ModelControlEndpoint
{
    public static void MapModelControl(this IEndpointRouteBuilder endpoints)
    {
        Describe(endpoints.MapPost(ApiRoutes.ModelPausePattern, SetPaused(true)), "pauseModel", "Pause a model").WithDescription(
            "Nothing more of it is released; what is in the work queues or runs goes on. Needs an operator's key, where keys are configured.");
        Describe(endpoints.MapPost(ApiRoutes.ModelResumePattern, SetPaused(false)), "resumeModel", "Resume a model").WithDescription(
            "Needs an operator's key, where keys are configured.");
    }

    private static RouteHandlerBuilder Describe(RouteHandlerBuilder endpoint, string name, string summary) =>
        endpoint
            .WithName(name)
            .WithSummary(summary)
            .WithTags(ApiTags.Fleet)
            .Produces<ModelView>()
            .WithProblems(StatusCodes.Status403Forbidden, StatusCodes.Status404NotFound, StatusCodes.Status503ServiceUnavailable);

    private static Delegate SetPaused(bool paused) =>
        async Task<IResult> (
            string name, ClaimsPrincipal caller, ModelCatalog models, IJobStore store, TimeProvider time, ILoggerFactory logs, CancellationToken cancellationToken) =>
        {
            if (!caller.IsOperator())
            {
                return Problem.Of(
                    StatusCodes.Status403Forbidden,
                    "Models are every tenant's, so pausing and resuming them takes an operator's key: one with SdFleet:ApiKeys:Keys:NAME:Operator.");
            }

            if (models.Find(name) is null)
            {
                return Problem.Of(
                    StatusCodes.Status404NotFound, $"There is no model \"{name}\": one of {string.Join(", ", models.Specs.Keys.Order(StringComparer.Ordinal))}.");
            }

            await store.PauseModelAsync(name, paused, cancellationToken);
            logs.CreateLogger(typeof(ModelControlEndpoint).FullName!).LogInformation(
                "Model {Model} was {State} by {Key}", name, paused ? "paused" : "resumed", caller.Identity?.Name);
            return TypedResults.Ok((await ModelsEndpoint.ViewsAsync(models, store, time, cancellationToken)).Single(m => m.Spec.Name == name));
        };
}
