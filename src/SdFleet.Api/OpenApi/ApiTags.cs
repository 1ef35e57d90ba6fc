namespace SdFleet.Api.OpenApi;

/// <summary>Groups of operations in the document.</summary>
internal static class ApiTags
{
    public const string Jobs = "jobs";
    public const string Batches = "batches";
    public const string Webhooks = "webhooks";
    public const string Fleet = "fleet";
    public const string Index = "index";
}
