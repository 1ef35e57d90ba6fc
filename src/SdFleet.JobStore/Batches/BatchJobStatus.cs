using SdFleet.Contracts.Jobs;

namespace SdFleet.JobStore;

/// <summary>Where the job of one line of a batch stands.</summary>
/// <param name="Line">The line's number, from 1.</param>
/// <param name="JobId">The job.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Images">How many pictures it asks for; as many records are in the manifest once it is completed.</param>
/// <param name="Error">Its last failure.</param>
public sealed record BatchJobStatus(long Line, Guid JobId, JobState State, int Images, string? Error);
