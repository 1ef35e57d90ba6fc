using System.Security.Claims;
using SdFleet.Api.OpenApi;
using SdFleet.Api.Problems;
using SdFleet.Contracts.Api;
using SdFleet.Contracts.Validation;
using SdFleet.Hosting.Authentication;
using SdFleet.JobStore;

namespace SdFleet.Api.Fleet;

/// <summary>
/// <c>GET /v1/tenants</c>, and <c>POST /v1/tenants/{tenant}/pause</c> and <c>resume</c>. A key sees and pauses its own tenant; an
/// operator's, all of them. To the others a tenant is not there, whether it is or not.
/// </summary>
internal static class TenantsEndpoint
{
    public static void MapTenants(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet(ApiRoutes.Tenants, ListAsync)
            .WithName("listTenants")
            .WithTags(ApiTags.Fleet)
            .WithSummary("Tenants, what of theirs waits and is in flight, and whether they are paused")
            .WithDescription("With an operator's key, or without keys: all that have jobs which are not over, or are paused. Else the key's own.")
            .Produces<IReadOnlyList<TenantView>>()
            .WithProblems(StatusCodes.Status503ServiceUnavailable);
        Describe(endpoints.MapPost(ApiRoutes.TenantPausePattern, SetPaused(true)), "pauseTenant", "Pause a tenant").WithDescription(
            "Nothing more of its jobs is released, whatever their model; what is in the work queues or runs goes on. It may still submit.");
        Describe(endpoints.MapPost(ApiRoutes.TenantResumePattern, SetPaused(false)), "resumeTenant", "Resume a tenant").WithDescription(
            "From then on it has its share again; it does not catch up. What an operator has paused only an operator resumes: to others that is 409.");
    }

    private static RouteHandlerBuilder Describe(RouteHandlerBuilder endpoint, string name, string summary) =>
        endpoint
            .WithName(name)
            .WithSummary(summary)
            .WithTags(ApiTags.Fleet)
            .Produces<TenantView>()
            .WithProblems(
                StatusCodes.Status400BadRequest, StatusCodes.Status404NotFound, StatusCodes.Status409Conflict, StatusCodes.Status503ServiceUnavailable);

    private static async Task<IResult> ListAsync(ClaimsPrincipal caller, IJobStore store, CancellationToken cancellationToken) =>
        TypedResults.Ok<IReadOnlyList<TenantView>>(caller.IsOperator()
            ? await store.ListTenantsAsync(cancellationToken)
            : [await store.FindTenantAsync(caller.Tenant(), cancellationToken)]);

    private static Delegate SetPaused(bool paused) =>
        async Task<IResult> (string tenant, ClaimsPrincipal caller, IJobStore store, ILoggerFactory logs, CancellationToken cancellationToken) =>
        {
            if (!caller.IsOperator() && tenant != caller.Tenant())
            {
                return Problem.Of(StatusCodes.Status404NotFound, $"There is no tenant \"{tenant}\" here.");
            }

            // Tenants are not registered anywhere: one may be paused before its first job.
            if (!NameText.IsName(tenant))
            {
                return Problem.Of([new FieldError("tenant", $"\"{tenant}\"", $"1 to {NameText.MaxLength} characters of a-z, 0-9, '-', '_' and '.'")]);
            }

            if (!await store.PauseTenantAsync(tenant, paused, caller.IsOperator(), cancellationToken))
            {
                return Problem.Of(StatusCodes.Status409Conflict, $"Tenant {tenant} was paused by an operator, and stays so until an operator resumes it.");
            }

            logs.CreateLogger(typeof(TenantsEndpoint).FullName!).LogInformation(
                "Tenant {Tenant} was {State} by {Key}", tenant, paused ? "paused" : "resumed", caller.Identity?.Name);
            return TypedResults.Ok(await store.FindTenantAsync(tenant, cancellationToken));
        };
}
