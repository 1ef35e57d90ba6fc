namespace SdFleet.JobStore;

/// <summary>A shard that an export has to build.</summary>
/// <param name="Number">Which, from 0.</param>
/// <param name="Contents">Digest over its pictures.</param>
/// <param name="LeftOut">Pictures of its lines that are not in it; opaque to the store.</param>
public sealed record ExportShardPlan(int Number, string Contents, string LeftOut);
