namespace SdFleet.Diffusion.Tokenization;

/// <summary>One line of the merge list: which two symbols join, into which, and how early (0 is first).</summary>
internal readonly record struct ClipMerge(int LeftId, int RightId, int Id, int Rank);
