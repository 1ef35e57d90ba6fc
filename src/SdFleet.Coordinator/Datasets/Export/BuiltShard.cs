namespace SdFleet.Coordinator.Datasets.Export;

/// <summary>A shard whose files are in their places.</summary>
/// <param name="Files">What the index lists.</param>
/// <param name="Problems">Pictures that are not in it, as their artifacts are not what their records say.</param>
public sealed record BuiltShard(IReadOnlyList<ExportFile> Files, IReadOnlyList<ExportProblem> Problems);
