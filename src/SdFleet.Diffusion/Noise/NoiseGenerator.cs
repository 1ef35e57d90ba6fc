namespace SdFleet.Diffusion.Noise;

/// <summary>A seeded stream of unit Gaussian noise that equals PyTorch's: the same seed and the same calls give the same values.</summary>
/// <remarks>
/// Values depend on how they are split over calls, as they do in PyTorch: one call for 64 values is not four calls for 16.
/// Not thread-safe.
/// </remarks>
public abstract class NoiseGenerator
{
    /// <summary>Makes the generator of a source.</summary>
    /// <param name="source">Whose numbers to give.</param>
    /// <param name="seed">What <c>manual_seed</c> takes; a negative seed is given as its 64 bits.</param>
    public static NoiseGenerator Create(NoiseSource source, ulong seed) => source switch
    {
        NoiseSource.Cpu => new TorchCpuGenerator(seed),
        NoiseSource.Cuda => new TorchCudaGenerator(seed),
        _ => throw new ArgumentOutOfRangeException(nameof(source), source, "There is no such noise source."),
    };

    /// <summary>
    /// Fills the span as one call of <c>torch.randn</c> for so many values, in row-major order: mean 0, deviation 1, always finite.
    /// </summary>
    public abstract void Randn(Span<float> destination);
}
