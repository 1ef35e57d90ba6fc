using System.Text.Json.Nodes;
using SdFleet.Cluster.Tests.Support;

namespace SdFleet.Cluster.Tests.Charts;

/// <summary>A Deployment, StatefulSet or Pod of a release.</summary>
internal sealed record Workload(JsonObject Object)
{
    public string Name => Object.Text("metadata", "name");

    /// <summary>Labels of its pods.</summary>
    public Dictionary<string, string> Labels => Template.Map("metadata", "labels");

    public string Component => Labels["app.kubernetes.io/component"];

    public JsonObject Pod => Template.At("spec")!.AsObject();

    /// <summary>The one that is not there for preparation.</summary>
    public JsonObject Container => Pod.All("containers").Single();

    public IEnumerable<JsonObject> InitContainers => Pod.All("initContainers");

    // A Pod is its own template.
    private JsonObject Template => Object.Text("kind") == "Pod" ? Object : Object.At("spec", "template")!.AsObject();

    public bool IsSelectedBy(JsonNode? selector)
    {
        var wanted = selector.Map("matchLabels");
        return wanted.Count > 0 && wanted.All(label => Labels.TryGetValue(label.Key, out var value) && value == label.Value);
    }
}
