using SdFleet.Contracts.Jobs;

namespace SdFleet.JobStore;

/// <summary>What became of one job of a request to cancel.</summary>
/// <param name="JobId">The job.</param>
/// <param name="Result">What the request did.</param>
/// <param name="State">Where the job stands; null where there is no such job.</param>
/// <param name="Attempt">Its last attempt; 0 where it was never released.</param>
/// <param name="WasInFlight">True where a message or a worker may still have it, so that workers need to hear of it.</param>
public sealed record CancelOutcome(Guid JobId, CancelResult Result, JobState? State, int Attempt, bool WasInFlight);
