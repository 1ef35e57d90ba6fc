namespace SdFleet.Coordinator.Datasets.Export;

/// <summary>A shard that is to be built.</summary>
/// <param name="Number">Which, from 0.</param>
/// <param name="Contents">Which pictures: as <see cref="ExportShard.Contents"/>.</param>
/// <param name="LeftOut">Pictures of its lines that have a record and are not in it, as they are absent for a reason.</param>
public sealed record PlannedShard(int Number, string Contents, IReadOnlyList<ImageKey> LeftOut);
