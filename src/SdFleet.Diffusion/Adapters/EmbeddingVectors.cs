namespace SdFleet.Diffusion.Adapters;

/// <summary>Rows of a text encoder's token table.</summary>
/// <param name="Values">The rows, one behind the other.</param>
/// <param name="Count">How many there are.</param>
/// <param name="Width">The length of one.</param>
internal sealed record EmbeddingVectors(float[] Values, int Count, int Width);
