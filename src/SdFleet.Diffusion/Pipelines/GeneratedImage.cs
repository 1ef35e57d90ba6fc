using SdFleet.Diffusion.Imaging;

namespace SdFleet.Diffusion.Pipelines;

/// <summary>A finished image.</summary>
/// <param name="Task">What was asked for.</param>
/// <param name="Image">The pixels.</param>
/// <param name="Defects">What is plainly wrong with it.</param>
/// <param name="DroppedTokens">How many tokens at the end of the prompt the model did not see; 0 where it saw all.</param>
/// <param name="Timings">Where the time went.</param>
public sealed record GeneratedImage(
    GenerationTask Task, RgbImage Image, ImageDefects Defects, int DroppedTokens, GenerationTimings Timings)
{
    /// <summary>The seed of <see cref="Task"/>.</summary>
    public long Seed => Task.Seed;
}
