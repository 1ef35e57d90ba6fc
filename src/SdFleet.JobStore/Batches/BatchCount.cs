using SdFleet.Contracts.Jobs;

namespace SdFleet.JobStore;

/// <summary>How many jobs of a batch stand somewhere.</summary>
/// <param name="State">The state.</param>
/// <param name="Jobs">How many.</param>
/// <param name="Images">How many pictures they ask for.</param>
/// <param name="Failures">How many of their attempts ended in a failure.</param>
/// <param name="Evictions">How many of their attempts ended because a worker went away.</param>
public sealed record BatchCount(JobState State, long Jobs, long Images, long Failures, long Evictions);
