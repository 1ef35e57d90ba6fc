using SdFleet.Contracts.Jobs;

namespace SdFleet.JobStore;

/// <summary>What one <see cref="JobEvent"/> did.</summary>
/// <param name="JobId">The job.</param>
/// <param name="Result">What it did.</param>
/// <param name="State">Where the job stands after it; null where there is no such job.</param>
/// <param name="Reason">Why it was refused; null otherwise.</param>
public sealed record EventOutcome(Guid JobId, EventResult Result, JobState? State, string? Reason = null);
