namespace SdFleet.Contracts.Images;

/// <summary>A picture that was not wanted, and drawn again with another seed. It is not kept; its seed makes it again.</summary>
/// <param name="Seed">Its seed.</param>
/// <param name="Reason">Why it was not wanted.</param>
/// <param name="Scores">What was measured.</param>
public sealed record FilteredDraw(long Seed, FilterReason Reason, ImageScores Scores);
