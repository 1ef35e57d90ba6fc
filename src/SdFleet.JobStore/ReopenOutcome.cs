using SdFleet.Contracts.Jobs;

namespace SdFleet.JobStore;

/// <summary>What asking for a job to be made again led to.</summary>
/// <param name="JobId">The job.</param>
/// <param name="Result">What was done.</param>
/// <param name="State">Where it stands now; null where it is unknown.</param>
public sealed record ReopenOutcome(Guid JobId, ReopenResult Result, JobState? State);
