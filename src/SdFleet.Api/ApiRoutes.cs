using System.Globalization;

namespace SdFleet.Api;

/// <summary>Where things are, for those who map them and those who link to them.</summary>
internal static class ApiRoutes
{
    public const string Index = "/";
    public const string Jobs = "/v1/jobs";
    public const string JobPattern = "/v1/jobs/{id:guid}";
    public const string CancelPattern = "/v1/jobs/{id:guid}/cancel";
    public const string ImagePattern = "/v1/jobs/{id:guid}/images/{index:int:min(0)}";
    public const string Inputs = "/v1/inputs";
    public const string InputPattern = "/v1/inputs/{sha256:length(64)}";
    public const string Batches = "/v1/batches";
    public const string BatchPattern = "/v1/batches/{id:guid}";
    public const string BatchPartsPattern = "/v1/batches/{id:guid}/parts";
    public const string BatchPartPattern = "/v1/batches/{id:guid}/parts/{number:int:range(0,4095)}";
    public const string BatchCancelPattern = "/v1/batches/{id:guid}/cancel";
    public const string BatchPausePattern = "/v1/batches/{id:guid}/pause";
    public const string BatchResumePattern = "/v1/batches/{id:guid}/resume";
    public const string BatchRepairPattern = "/v1/batches/{id:guid}/repair";
    public const string BatchExportsPattern = "/v1/batches/{id:guid}/exports";
    public const string BatchExportPattern = "/v1/batches/{id:guid}/exports/{name}";
    public const string BatchExportCancelPattern = "/v1/batches/{id:guid}/exports/{name}/cancel";
    public const string BatchProblemsPattern = "/v1/batches/{id:guid}/problems";
    public const string BatchManifestPattern = "/v1/batches/{id:guid}/manifest";
    public const string BatchEventsPattern = "/v1/batches/{id:guid}/events";
    public const string Webhooks = "/v1/webhooks";
    public const string WebhookRetryPattern = "/v1/webhooks/{id:guid}/retry";
    public const string Models = "/v1/models";
    public const string ModelPausePattern = "/v1/models/{name}/pause";
    public const string ModelResumePattern = "/v1/models/{name}/resume";
    public const string Tenants = "/v1/tenants";
    public const string TenantPausePattern = "/v1/tenants/{tenant}/pause";
    public const string TenantResumePattern = "/v1/tenants/{tenant}/resume";
    public const string Workers = "/v1/workers";
    public const string OpenApi = "/openapi/v1.json";
    public const string OpenApiPattern = "/openapi/{documentName}.json";
    public const string Live = "/health/live";
    public const string Ready = "/health/ready";

    public static string Job(Guid id) => $"{Jobs}/{id:D}";

    public static string Input(string sha256) => $"{Inputs}/{sha256}";

    public static string Batch(Guid id) => $"{Batches}/{id:D}";

    public static string BatchParts(Guid id) => $"{Batches}/{id:D}/parts";

    public static string BatchExports(Guid id) => $"{Batches}/{id:D}/exports";

    public static string BatchExport(Guid id, string name) => $"{Batches}/{id:D}/exports/{name}";

    public static string Image(Guid id, int index) => string.Create(CultureInfo.InvariantCulture, $"{Jobs}/{id:D}/images/{index}");
}
