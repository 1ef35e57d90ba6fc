namespace SdFleet.Diffusion.Tokenization;

/// <summary>A prompt as the text encoder takes it.</summary>
/// <param name="Ids">
/// <see cref="ClipTokenizer.MaxLength"/> ids: the start token, the words, the end token, then padding.
/// </param>
/// <param name="Length">How many of them come before the padding, start and end token included.</param>
/// <param name="DroppedTokens">How many tokens of the text did not fit; 0 when all of it is in.</param>
public sealed record TokenizedPrompt(ReadOnlyMemory<int> Ids, int Length, int DroppedTokens);
