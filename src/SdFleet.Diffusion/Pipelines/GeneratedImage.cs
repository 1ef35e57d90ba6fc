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

    /// <summary>
    /// How many images went through the model with this one, itself included: fewer than were asked for together where memory did not last
    /// for all. <see cref="GenerationTimings.Denoise"/> is of these.
    /// </summary>
    public int BatchSize { get; init; } = 1;

    /// <summary>
    /// Whether the model's decoder gave values that are no numbers, and the image is by its float32 decoder,
    /// <c>vae_decoder/model_fp32.onnx</c>.
    /// </summary>
    public bool DecodedAgain { get; init; }

    /// <summary>
    /// Whether the model's safety checker objects to it; null where it was not asked. The image is black then where the task's
    /// <see cref="SafetyCheck"/> asks for that.
    /// </summary>
    public bool? IsUnsafe { get; init; }

    /// <summary>Why this is no picture that anybody wants, in a sentence; null where it may be one.</summary>
    public string? WhyUnusable =>
        Defects.HasFlag(ImageDefects.LatentsNotANumber)
            ? "The U-Net gave values that are no numbers; a half-precision model overflows this way. Use a float32 U-Net."
        : Defects.HasFlag(ImageDefects.NotANumber)
            ? "The decoder gave values that are no numbers; a half-precision model overflows this way. " +
              "Use a model with a float32 VAE, or put one beside it as vae_decoder/model_fp32.onnx."
        : null;
}
