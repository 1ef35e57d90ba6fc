using SdFleet.Contracts.Images;

namespace SdFleet.Worker.Filtering;

/// <summary>What a job's filters say of a picture.</summary>
/// <param name="Scores">What they measured; null where there are none.</param>
/// <param name="Reason">Why it is not wanted; null where it is.</param>
internal readonly record struct FilterVerdict(ImageScores? Scores, FilterReason? Reason);
