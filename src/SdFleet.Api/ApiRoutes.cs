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
    public const string Models = "/v1/models";
    public const string Workers = "/v1/workers";
    public const string OpenApi = "/openapi/v1.json";
    public const string OpenApiPattern = "/openapi/{documentName}.json";
    public const string Live = "/health/live";
    public const string Ready = "/health/ready";

    public static string Job(Guid id) => $"{Jobs}/{id:D}";

    public static string Image(Guid id, int index) => string.Create(CultureInfo.InvariantCulture, $"{Jobs}/{id:D}/images/{index}");
}
