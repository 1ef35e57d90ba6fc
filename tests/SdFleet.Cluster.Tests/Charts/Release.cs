using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using SdFleet.Cluster.Tests.Support;
using SdFleet.TestServers;

namespace SdFleet.Cluster.Tests.Charts;

/// <summary>The chart with some values: what would be sent to Kubernetes.</summary>
/// <param name="Objects">The objects.</param>
/// <param name="Errors">What Kubernetes' and KEDA's schemas say against them.</param>
internal sealed record Release(IReadOnlyList<JsonObject> Objects, IReadOnlyList<string> Errors)
{
    public const string Namespace = "fleet";

    private static readonly ConcurrentDictionary<string, Lazy<Task<Release>>> Rendered = new(StringComparer.Ordinal);

    /// <summary>Everything that runs pods.</summary>
    public IEnumerable<Workload> Workloads => Objects.Where(o => o.Text("kind") == "Pod" || o.At("spec", "template", "spec") is not null).Select(o => new Workload(o));

    /// <summary>The services' own workloads.</summary>
    public IEnumerable<Workload> Services => Workloads.Where(w => w.Component is "api" or "coordinator" or "worker");

    /// <summary>Whatever runs a program of ours: the services, and the doctor.</summary>
    public IEnumerable<Workload> Own => Workloads.Where(w => w.Component is "api" or "coordinator" or "worker" or "doctor");

    public IEnumerable<JsonObject> OfKind(string kind) => Objects.Where(o => o.Text("kind") == kind);

    /// <summary>Renders the chart, once for each set of values.</summary>
    /// <param name="values">A file of <c>helm/sdfleet/ci</c>.</param>
    /// <param name="set">More values, as <c>--set</c> takes them.</param>
    public static Task<Release> RenderAsync(string values, params string[] set) =>
        Rendered.GetOrAdd(string.Join('\n', [values, .. set]), _ => new(() => LoadAsync(values, set))).Value;

    /// <summary>Tries to render it, and gives back what helm said.</summary>
    public static Task<ProgramResult> TryRenderAsync(string values, params string[] set) => Tools.HelmAsync(
        ["template", "prod", "sdfleet", "--namespace", Namespace, "--values", $"sdfleet/ci/{values}-values.yaml", .. set.SelectMany(value => new[] { "--set", value })]);

    private static async Task<Release> LoadAsync(string values, string[] set)
    {
        var manifests = (await TryRenderAsync(values, set)).Succeeded();
        var checkedObjects = await Tools.CheckAsync("kubernetes", [], manifests);
        return new Release([.. checkedObjects.All("objects")], [.. checkedObjects.At("errors")!.AsArray().Select(e => e.Text())]);
    }
}
