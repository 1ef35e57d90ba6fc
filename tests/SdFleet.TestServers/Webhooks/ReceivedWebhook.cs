using System.Text.Json.Nodes;

namespace SdFleet.TestServers.Webhooks;

/// <summary>A delivery as it came.</summary>
/// <param name="Path">Path of the URL.</param>
/// <param name="Headers">Its headers; names without regard to case.</param>
/// <param name="Body">The bytes of its body.</param>
public sealed record ReceivedWebhook(string Path, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    /// <summary>The delivery's id.</summary>
    public string Id => Headers["webhook-id"];

    /// <summary>What it tells.</summary>
    public JsonNode Json => JsonNode.Parse(Body)!;
}
