namespace SdFleet.Diffusion.Tokenization;

/// <summary>What becomes of a prompt that is longer than the text encoder's 77 places.</summary>
public enum LongPrompts
{
    /// <summary>
    /// What does not fit is dropped, as in diffusers, and counted in <see cref="Pipelines.GeneratedImage.DroppedTokens"/>. So is what
    /// follows a <c>BREAK</c>.
    /// </summary>
    Truncate,

    /// <summary>
    /// It is cut into chunks of 75 tokens, each encoded by itself between a start and an end token, and the U-Net is given the chunks'
    /// vectors one behind the other. Prompt and negative prompt of a task get the same number of chunks, the shorter one by empty chunks.
    /// With <see cref="PromptSyntax.Weighted"/> a chunk ends at its last comma where that is within its last 20 tokens, as in
    /// AUTOMATIC1111's web UI.
    /// </summary>
    Chunk,
}
