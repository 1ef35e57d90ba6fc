using System.Text.Json;
using System.Text.Json.Nodes;

namespace SdFleet.Cluster.Tests.Support;

/// <summary>Ways into a document.</summary>
internal static class Json
{
    /// <summary>What is at the end of a path of names, or null.</summary>
    public static JsonNode? At(this JsonNode? node, params string[] path) =>
        path.Aggregate(node, (at, name) => (at as JsonObject)?[name]);

    public static string Text(this JsonNode? node, params string[] path) =>
        node.At(path) is { } value ? (value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : value.ToJsonString()) : "";

    /// <summary>The elements of the array at a path; none where there is no array.</summary>
    public static IEnumerable<JsonObject> All(this JsonNode? node, params string[] path) =>
        (node.At(path) as JsonArray)?.Select(element => element!.AsObject()) ?? [];

    /// <summary>The members of the object at a path, with values as text.</summary>
    public static Dictionary<string, string> Map(this JsonNode? node, params string[] path) =>
        (node.At(path) as JsonObject)?.ToDictionary(member => member.Key, member => member.Value.Text(), StringComparer.Ordinal) ?? [];
}
