using SdFleet.Diffusion.Imaging;
using SdFleet.Diffusion.Noise;

namespace SdFleet.Diffusion.Pipelines;

/// <summary>
/// One image to make, from text or from text and another image. The same task gives the same image, whatever it is batched with. Tasks of
/// one batch share size, steps, scheduler and strength, and all or none of them have an image to begin with.
/// </summary>
public sealed record GenerationTask
{
    /// <summary>What the image shows. At most <see cref="GenerationLimits.MaxPromptLength"/> characters.</summary>
    public required string Prompt { get; init; }

    /// <summary>What the image shall not show; used where <see cref="GuidanceScale"/> is above 1.</summary>
    public string NegativePrompt { get; init; } = "";

    /// <summary>The seed of the noise; all 64 bits count, as in PyTorch.</summary>
    public long Seed { get; init; }

    /// <summary>Whose random numbers the seed gives.</summary>
    public NoiseSource NoiseSource { get; init; }

    /// <summary>How strongly the prompt is followed, 0 to 100. At 1 and below there is no guidance, and half the work.</summary>
    public double GuidanceScale { get; init; } = 7.5;

    /// <summary>
    /// How far guided predictions are brought back to the deviation of the unguided ones, 0 (not, the default) to 1 (arXiv:2305.08891,
    /// section 3.4).
    /// </summary>
    public double GuidanceRescale { get; init; }

    /// <summary>Pixels; a multiple of <see cref="PipelineInfo.SizeMultiple"/>.</summary>
    public int Width { get; init; } = 512;

    /// <summary>Pixels; a multiple of <see cref="PipelineInfo.SizeMultiple"/>.</summary>
    public int Height { get; init; } = 512;

    /// <summary>Denoising steps, 1 to 1000.</summary>
    public int Steps { get; init; } = 50;

    /// <summary>The scheduler.</summary>
    public SchedulerOptions Scheduler { get; init; } = new();

    /// <summary>The image to begin with, of the task's size; null to begin with noise.</summary>
    public RgbImage? InitImage { get; init; }

    /// <summary>
    /// How much of <see cref="InitImage"/> is made anew, 0 to 1: this part of the steps is run. Values that leave no step are refused.
    /// </summary>
    public double Strength { get; init; } = 0.8;

    /// <summary>Whether the prompt is weighed against the negative prompt, which doubles the work of a step.</summary>
    internal bool IsGuided => GuidanceScale > 1;
}
