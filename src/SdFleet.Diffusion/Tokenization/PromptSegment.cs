namespace SdFleet.Diffusion.Tokenization;

/// <summary>A run of a prompt's text that has one weight.</summary>
/// <param name="Text">The text, without the brackets that weigh it.</param>
/// <param name="Weight">Its weight; 1 for text as it is.</param>
/// <param name="IsBreak">Whether this is no text but the place where a new chunk begins.</param>
internal readonly record struct PromptSegment(string Text, double Weight, bool IsBreak = false);
