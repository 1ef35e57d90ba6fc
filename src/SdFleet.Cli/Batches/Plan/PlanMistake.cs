using SdFleet.Contracts.Validation;

namespace SdFleet.Cli.Batches.Plan;

/// <summary>What is wrong with a job.</summary>
/// <param name="Number">Its number, from 1.</param>
/// <param name="Errors">Every fault.</param>
internal sealed record PlanMistake(long Number, IReadOnlyList<FieldError> Errors);
