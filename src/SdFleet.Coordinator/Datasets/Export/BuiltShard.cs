using System.Text.Json.Serialization;

namespace SdFleet.Coordinator.Datasets.Export;

/// <summary>A shard whose files are in their places.</summary>
/// <param name="Files">What the index lists.</param>
/// <param name="Problems">Pictures that are not in it, as their artifacts are not what their records say.</param>
public sealed record BuiltShard(IReadOnlyList<ExportFile> Files, IReadOnlyList<ExportProblem> Problems)
{
    /// <summary>The <see cref="ExportIndex.Version"/> that it is written in; 1 where it does not say.</summary>
    public int Version { get; init; } = 1;

    /// <summary>Whether it was built before, and elsewhere: what is lost of the index costs nothing then.</summary>
    [JsonIgnore]
    public bool WasThere { get; init; }
}
