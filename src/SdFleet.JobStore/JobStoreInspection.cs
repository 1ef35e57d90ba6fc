namespace SdFleet.JobStore;

/// <summary>What a look at a job store found, without changing anything.</summary>
/// <param name="Place">Which database; holds no secret.</param>
/// <param name="Server">Its version; null where there is no database yet (a file that is not there).</param>
/// <param name="Schema">Number of the last migration that was run; 0 where none was.</param>
/// <param name="KnownSchema">Number of the last migration that this program has.</param>
/// <param name="At">What the database's clock said; null where it has none of its own.</param>
public sealed record JobStoreInspection(string Place, string? Server, int Schema, int KnownSchema, DateTimeOffset? At);
