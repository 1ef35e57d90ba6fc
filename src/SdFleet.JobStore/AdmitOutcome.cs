using SdFleet.Contracts.Jobs;

namespace SdFleet.JobStore;

/// <summary>What became of one <see cref="NewJob"/>.</summary>
/// <param name="JobId">The job.</param>
/// <param name="Result">What became of it.</param>
/// <param name="State">Where the job of that id stands now.</param>
public sealed record AdmitOutcome(Guid JobId, AdmitResult Result, JobState State);
