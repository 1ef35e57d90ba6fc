namespace SdFleet.Diffusion.Tokenization;

/// <summary>A prompt as the text encoder takes it.</summary>
/// <param name="Chunks">One or more.</param>
/// <param name="DroppedTokens">How many tokens of the text are in none of them.</param>
internal sealed record PromptChunks(IReadOnlyList<PromptChunk> Chunks, int DroppedTokens);
