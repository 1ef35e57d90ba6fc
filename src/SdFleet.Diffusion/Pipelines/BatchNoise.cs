using SdFleet.Diffusion.Noise;

namespace SdFleet.Diffusion.Pipelines;

/// <summary>
/// The noise of a batch. Each image draws from its own seed, so that an image does not depend on what it is batched with: as in diffusers
/// with a list of generators, and for one image as with one.
/// </summary>
internal class BatchNoise
{
    private readonly NoiseGenerator[] _generators;

    public BatchNoise(IReadOnlyList<GenerationTask> tasks) =>
        _generators = [.. tasks.Select(task => NoiseGenerator.Create(task.NoiseSource, unchecked((ulong)task.Seed)))];

    /// <summary>Draws unit noise once for every image of the batch.</summary>
    /// <param name="noise">Receives the images' noise, one behind the other.</param>
    public virtual void Draw(Span<float> noise)
    {
        int perImage = noise.Length / _generators.Length;
        for (int i = 0; i < _generators.Length; i++)
        {
            _generators[i].Randn(noise.Slice(i * perImage, perImage));
        }
    }
}
