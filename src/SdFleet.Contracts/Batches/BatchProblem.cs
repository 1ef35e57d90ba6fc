using SdFleet.Contracts.Validation;

namespace SdFleet.Contracts.Batches;

/// <summary>A line of a batch that is no job.</summary>
/// <param name="Line">Its number, from 1.</param>
/// <param name="Errors">Everything that is wrong with it.</param>
public sealed record BatchProblem(long Line, IReadOnlyList<FieldError> Errors);
