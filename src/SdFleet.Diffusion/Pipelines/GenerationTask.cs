using SdFleet.Diffusion.Imaging;
using SdFleet.Diffusion.Noise;
using SdFleet.Diffusion.Tokenization;

namespace SdFleet.Diffusion.Pipelines;

/// <summary>
/// One image to make, from text or from text and another image. The same task gives the same image, whatever it is batched with. Tasks of
/// one batch share size, steps, scheduler and strength, and all or none of them have an image to begin with, and a mask. What else a task
/// may and must have depends on the model: see <see cref="ModelKind"/>.
/// </summary>
public sealed record GenerationTask
{
    /// <summary>What the image shows. At most <see cref="GenerationLimits.MaxPromptLength"/> characters.</summary>
    public required string Prompt { get; init; }

    /// <summary>
    /// What the image shall not show; used where <see cref="GuidanceScale"/> is above 1. Most Stable Diffusion XL models take an empty one
    /// for none, and weigh against zeros; a space asks for the encoding of an empty text.
    /// </summary>
    public string NegativePrompt { get; init; } = "";

    /// <summary>How prompt and negative prompt are read.</summary>
    public PromptSyntax PromptSyntax { get; init; }

    /// <summary>
    /// What becomes of prompts that are longer than the text encoder's 77 places. Chunks need a U-Net that takes embeddings of any length.
    /// Tasks of one batch may have different numbers of chunks; the U-Net is run for each number apart.
    /// </summary>
    public LongPrompts LongPrompts { get; init; }

    /// <summary>
    /// How many of the text encoder's last layers are left out, as <c>clip_skip</c> in diffusers: at 1, the prompt is encoded by the layer
    /// before the last one and the final normalization. AUTOMATIC1111's "Clip skip" is one more. 0 to one less than there are layers.
    /// The negative prompt is encoded by all layers, as in diffusers, unless <see cref="PromptSyntax"/> is the web UI's.
    /// </summary>
    public int ClipSkip { get; init; }

    /// <summary>The seed of the noise; all 64 bits count, as in PyTorch.</summary>
    public long Seed { get; init; }

    /// <summary>Whose random numbers the seed gives.</summary>
    public NoiseSource NoiseSource { get; init; }

    /// <summary>
    /// How strongly the prompt is followed, 0 to 100. At 1 and below there is no guidance, and half the work.
    /// A model with <see cref="PipelineInfo.GuidanceIsInput"/> is told the scale, and never does the other half.
    /// </summary>
    public double GuidanceScale { get; init; } = 7.5;

    /// <summary>
    /// How far guided predictions are brought back to the deviation of the unguided ones, 0 (not, the default) to 1 (arXiv:2305.08891,
    /// section 3.4).
    /// </summary>
    public double GuidanceRescale { get; init; }

    /// <summary>Pixels of the image that is made; a multiple of <see cref="PipelineInfo.SizeMultiple"/>.</summary>
    public int Width { get; init; } = 512;

    /// <summary>Pixels of the image that is made; a multiple of <see cref="PipelineInfo.SizeMultiple"/>.</summary>
    public int Height { get; init; } = 512;

    /// <summary>Denoising steps, 1 to 1000.</summary>
    public int Steps { get; init; } = 50;

    /// <summary>The scheduler.</summary>
    public SchedulerOptions Scheduler { get; init; } = new();

    /// <summary>
    /// The image to begin with, or to upscale; null to begin with noise. It has the task's size, or to be upscaled, that divided by
    /// <see cref="PipelineInfo.SizeMultiple"/>.
    /// </summary>
    public RgbImage? InitImage { get; init; }

    /// <summary>
    /// How much of <see cref="InitImage"/> is made anew, 0 to 1: this part of the steps is run. Values that leave no step are refused.
    /// At 1, inpainting begins at pure noise unless <see cref="MaskBlending"/> is soft. Not used in upscaling.
    /// </summary>
    public double Strength { get; init; } = 0.8;

    /// <summary>
    /// What of <see cref="InitImage"/> is repainted (white) and kept (black), of the task's size; null without inpainting.
    /// </summary>
    public GrayImage? Mask { get; init; }

    /// <summary>How a <see cref="ModelKind.General"/> model keeps what <see cref="Mask"/> keeps.</summary>
    public MaskBlending MaskBlending { get; init; }

    /// <summary>
    /// Whether what <see cref="Mask"/> keeps is pasted back over the finished image: pixel by pixel as in <see cref="InitImage"/> where the
    /// mask is black, mixed where it is gray. Without it the whole image has been through the autoencoder. Default no, as in diffusers.
    /// </summary>
    public bool Overlay { get; init; }

    /// <summary>
    /// How near everything in <see cref="InitImage"/> is, for <see cref="ModelKind.DepthToImage"/>; of any size. Null where the model is to
    /// estimate it: see <see cref="PipelineInfo.EstimatesDepth"/>.
    /// </summary>
    public DepthMap? DepthMap { get; init; }

    /// <summary>
    /// How much noise <see cref="ModelKind.Upscaling"/> puts on <see cref="InitImage"/>, 0 to <see cref="PipelineInfo.MaxNoiseLevel"/>:
    /// the more, the less faithful. Null for 20; other models take none.
    /// </summary>
    public int? NoiseLevel { get; init; }

    /// <summary>Whether the model's safety checker is asked; only for models that have one (<see cref="PipelineInfo.HasSafetyChecker"/>).</summary>
    public SafetyCheck SafetyCheck { get; init; }

    /// <summary>What Stable Diffusion XL is told of sizes; null for the image's own. Other families take none.</summary>
    public SizeConditioning? SizeConditioning { get; init; }

    /// <summary>The prompt, and how it is to be encoded.</summary>
    internal PromptText PromptText => new(Prompt, PromptSyntax, LongPrompts, ClipSkip, nameof(Prompt));

    /// <summary>The negative prompt, and how it is to be encoded.</summary>
    internal PromptText NegativePromptText => new(
        NegativePrompt, PromptSyntax, LongPrompts, PromptSyntax == PromptSyntax.Weighted ? ClipSkip : 0, nameof(NegativePrompt));

    /// <summary><see cref="NoiseLevel"/>, or what stands for null.</summary>
    internal int UsedNoiseLevel => NoiseLevel ?? 20;

    /// <summary>Whether the prompt is weighed against the negative prompt, which doubles the work of a step.</summary>
    internal bool IsGuided => GuidanceScale > 1;
}
