namespace SdFleet.Diffusion.Adapters;

/// <summary>A change of a weight [out, in]: factor x up x down.</summary>
/// <param name="Factor">Scale x alpha / rank.</param>
/// <param name="Up">[out, rank].</param>
/// <param name="Down">[rank, in]; of a convolution, <c>in</c> counts its window too.</param>
/// <param name="Rank">The inner dimension.</param>
internal readonly record struct LoraDelta(double Factor, float[] Up, float[] Down, int Rank);
