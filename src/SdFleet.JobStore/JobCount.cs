using SdFleet.Contracts.Jobs;

namespace SdFleet.JobStore;

/// <summary>How many jobs of a model's lane stand somewhere.</summary>
/// <param name="Model">The model.</param>
/// <param name="Lane">The lane.</param>
/// <param name="State">The state.</param>
/// <param name="Jobs">How many.</param>
public sealed record JobCount(string Model, Lane Lane, JobState State, long Jobs);
