namespace SdFleet.Diffusion.Tokenization;

/// <summary>As much of a prompt as the text encoder takes at once.</summary>
/// <param name="Tokens">The ids.</param>
/// <param name="Weights">A weight for each id, 1 for start, end and padding; null where all are 1.</param>
internal sealed record PromptChunk(TokenizedPrompt Tokens, IReadOnlyList<float>? Weights);
