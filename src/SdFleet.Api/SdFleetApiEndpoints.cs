using SdFleet.Api.Batches;
using SdFleet.Api.Fleet;
using SdFleet.Api.Images;
using SdFleet.Api.Index;
using SdFleet.Api.Inputs;
using SdFleet.Api.Jobs;
using SdFleet.Api.OpenApi;
using SdFleet.Api.Webhooks;

namespace SdFleet.Api;

/// <summary>Maps the API.</summary>
public static class SdFleetApiEndpoints
{
    /// <summary>Maps every endpoint of the API; the process maps its health.</summary>
    public static void MapSdFleetApi(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapSubmit();
        endpoints.MapJob();
        endpoints.MapCancel();
        endpoints.MapImage();
        endpoints.MapInputs();
        endpoints.MapBatchParts();
        endpoints.MapSubmitBatch();
        endpoints.MapBatch();
        endpoints.MapBatchControl();
        endpoints.MapRepairBatch();
        endpoints.MapBatchExports();
        endpoints.MapBatchStreams();
        endpoints.MapWebhooks();
        endpoints.MapModels();
        endpoints.MapModelControl();
        endpoints.MapTenants();
        endpoints.MapWorkers();

        // What the API looks like is no secret.
        var open = endpoints.MapGroup("").AllowAnonymous();
        open.MapIndex();
        open.MapFleetOpenApi();
    }
}
