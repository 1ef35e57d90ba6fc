using SdFleet.Contracts.Jobs;

namespace SdFleet.Cli.Batches.Plan;

/// <summary>A job to look at.</summary>
/// <param name="Number">Its number, from 1.</param>
/// <param name="Job">What it asks for, as far as it can be read.</param>
internal sealed record PlanSample(long Number, SubmitJob Job);
