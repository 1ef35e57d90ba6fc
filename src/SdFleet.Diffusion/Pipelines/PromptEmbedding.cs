namespace SdFleet.Diffusion.Pipelines;

/// <summary>An encoded prompt.</summary>
/// <param name="Values">One vector a token, one behind the other.</param>
/// <param name="Tokens">The number of vectors.</param>
/// <param name="DroppedTokens">How many tokens of the prompt did not fit.</param>
internal sealed record PromptEmbedding(float[] Values, int Tokens, int DroppedTokens)
{
    /// <summary>One vector for the whole prompt; empty where the model takes none.</summary>
    public float[] Pooled { get; init; } = [];

    /// <summary>The length of a vector.</summary>
    public int Width => Values.Length / Tokens;
}
