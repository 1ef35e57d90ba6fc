using SdFleet.Diffusion.Adapters;
using SdFleet.Diffusion.Onnx;
using SdFleet.Diffusion.Schedulers;

namespace SdFleet.Diffusion.Pipelines;

/// <summary>What a loaded pipeline is and runs on: what belongs into the record of each image it makes.</summary>
public sealed record PipelineInfo
{
    /// <summary>The model folder.</summary>
    public required string Folder { get; init; }

    /// <summary>The pipeline class that the folder names, such as <c>StableDiffusionPipeline</c>; may be empty.</summary>
    public required string PipelineClass { get; init; }

    /// <summary>What the model can be used for.</summary>
    public required ModelKind Kind { get; init; }

    /// <summary>How it is told of the prompt: Stable Diffusion, or Stable Diffusion XL.</summary>
    public required ModelFamily Family { get; init; }

    /// <summary>Whether the model is told the guidance scale, as those distilled for few steps are (LCM).</summary>
    public bool GuidanceIsInput { get; init; }

    /// <summary>The one size, and the one number of rows, that it was exported for; all null where any will do.</summary>
    public FixedShape FixedShape { get; init; } = new();

    /// <summary>
    /// Whether the autoencoder is one of Stable Diffusion XL's in float16 whose configuration asks for float32 (<c>force_upcast</c>): it
    /// gives <see cref="ImageDefects.NotANumber"/> for many images.
    /// </summary>
    public bool VaeMayOverflow { get; init; }

    /// <summary>The highest <see cref="GenerationTask.NoiseLevel"/>; 0 where the model takes none.</summary>
    public int MaxNoiseLevel { get; init; }

    /// <summary>Whether the folder has a safety checker, <c>safety_checker/model.onnx</c>, which is loaded when a task first asks for it.</summary>
    public bool HasSafetyChecker { get; init; }

    /// <summary>Whether the model has a depth estimator, for tasks without a <see cref="GenerationTask.DepthMap"/>.</summary>
    public bool EstimatesDepth { get; init; }

    /// <summary>The loaded model files by component.</summary>
    public required IReadOnlyDictionary<string, string> Components { get; init; }

    /// <summary>The LoRAs that changed its weights.</summary>
    public IReadOnlyList<Lora> Loras { get; init; } = [];

    /// <summary>The words that were added to its vocabulary.</summary>
    public IReadOnlyList<TextualInversion> Embeddings { get; init; } = [];

    /// <summary>The model's own scheduler configuration.</summary>
    public required SchedulerConfig Scheduler { get; init; }

    /// <summary>ONNX Runtime's version.</summary>
    public required string RuntimeVersion { get; init; }

    /// <summary>The provider that computes.</summary>
    public required ExecutionProvider Provider { get; init; }

    /// <summary>Why that is not the provider that was asked for; null where it is.</summary>
    public string? ProviderFallbackReason { get; init; }

    /// <summary>The device, such as "CPU" or "GPU 0".</summary>
    public required string Device { get; init; }

    /// <summary>
    /// The size of the processor's second cache, by which attention is cut into blocks where it is fused: sums are rounded in another order
    /// where it differs, so it belongs into a record of how an image was made. Null where attention is not fused, or the size is not told.
    /// </summary>
    public int? AttentionCacheBytes { get; init; }

    /// <summary>Width and height must be multiples of this many pixels.</summary>
    public required int SizeMultiple { get; init; }

    /// <summary>
    /// What sides are multiples of where they are not asked for but come about: <see cref="SizeMultiple"/> as often doubled as the U-Net
    /// halves its latents, which is 64 pixels in Stable Diffusion. Many exported U-Nets fail at other sizes.
    /// </summary>
    public int RoundMultiple { get; init; }
}
