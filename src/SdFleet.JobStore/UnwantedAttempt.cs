using SdFleet.Contracts.Jobs;

namespace SdFleet.JobStore;

/// <summary>An attempt in a worker's hands whose pictures nobody waits for any more.</summary>
/// <param name="WorkerId">The worker.</param>
/// <param name="JobId">The job.</param>
/// <param name="Attempt">The attempt.</param>
/// <param name="State">Where the job stands; null where there is no such job.</param>
public sealed record UnwantedAttempt(string WorkerId, Guid JobId, int Attempt, JobState? State);
