using SdFleet.Api.OpenApi;

namespace SdFleet.Api.Index;

/// <summary><c>GET /</c>: where to go from here.</summary>
internal static class IndexEndpoint
{
    private static readonly IndexView View = new(
        "SdFleet",
        new Dictionary<string, string>
        {
            ["openapi"] = ApiRoutes.OpenApi,
            ["jobs"] = ApiRoutes.Jobs,
            ["batches"] = ApiRoutes.Batches,
            ["models"] = ApiRoutes.Models,
            ["tenants"] = ApiRoutes.Tenants,
            ["workers"] = ApiRoutes.Workers,
            ["live"] = ApiRoutes.Live,
            ["ready"] = ApiRoutes.Ready,
        });

    public static void MapIndex(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet(ApiRoutes.Index, () => TypedResults.Ok(View))
            .WithName("index")
            .WithTags(ApiTags.Index)
            .WithSummary("Where to go from here");
}
