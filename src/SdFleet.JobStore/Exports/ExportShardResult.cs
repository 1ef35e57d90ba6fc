namespace SdFleet.JobStore;

/// <summary>A shard that was built.</summary>
/// <param name="Number">Which, from 0.</param>
/// <param name="Contents">Digest over its pictures, as planned.</param>
/// <param name="Result">What came of it; opaque to the store. Null where it could not be built as planned.</param>
public sealed record ExportShardResult(int Number, string Contents, string? Result);
