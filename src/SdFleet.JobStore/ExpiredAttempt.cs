using SdFleet.Contracts.Jobs;

namespace SdFleet.JobStore;

/// <summary>An attempt whose lease ran out.</summary>
/// <param name="JobId">The job.</param>
/// <param name="Attempt">The attempt.</param>
/// <param name="WorkerId">The worker that had it; null where none had reported.</param>
/// <param name="State">Where the job stands now: queued again, or failed.</param>
public sealed record ExpiredAttempt(Guid JobId, int Attempt, string? WorkerId, JobState State);
