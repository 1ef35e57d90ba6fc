using SdFleet.Contracts.Webhooks;

namespace SdFleet.Contracts.Jobs;

/// <summary>
/// A submission: one recipe, <see cref="Images"/> pictures. What HTTP clients post (without <see cref="Tenant"/>, which
/// their key decides) and what integrators publish as plain JSON to the exchange <see cref="Topology.SubmitExchange"/>.
/// A field left out takes the model's default.
/// </summary>
public sealed record SubmitJob
{
    /// <summary>The job's id. Submitting the same id twice gives one job. Chosen by the server where absent over HTTP.</summary>
    public Guid? Id { get; init; }

    /// <summary>Who pays and waits; also the unit of fairness. 1 to 64 characters of a-z, 0-9, '-', '_', '.'.</summary>
    public string? Tenant { get; init; }

    /// <summary>Name of a configured model. May be left out where only one is configured.</summary>
    public string? Model { get; init; }

    /// <summary>SHA-256 of the model's weights, as an image's record gives it, to have these very ones or none.</summary>
    public string? ModelDigest { get; init; }

    /// <summary>What to draw.</summary>
    public string? Prompt { get; init; }

    /// <summary>What to steer away from; guidance uses it in place of the empty prompt.</summary>
    public string? NegativePrompt { get; init; }

    /// <summary>How many pictures; picture i uses seed + i. Default 1.</summary>
    public int? Images { get; init; }

    /// <summary>First seed, 0 to 2^53 - 1 (the integers every JSON reader keeps). Derived from the job's id where absent.</summary>
    public long? Seed { get; init; }

    /// <summary>Width in pixels.</summary>
    public int? Width { get; init; }

    /// <summary>Height in pixels.</summary>
    public int? Height { get; init; }

    /// <summary>Denoising steps.</summary>
    public int? Steps { get; init; }

    /// <summary>Classifier-free guidance scale; 1 or less turns guidance off.</summary>
    public double? GuidanceScale { get; init; }

    /// <summary>Scheduler by name, one of <see cref="SchedulerNames.All"/>.</summary>
    public string? Scheduler { get; init; }

    /// <summary>How it differs from the model's own configuration, without what <see cref="Scheduler"/> decides itself. Default: nowhere.</summary>
    public SchedulerSettings? SchedulerSettings { get; init; }

    /// <summary>Which PyTorch generator the seed refers to. Default <see cref="Jobs.NoiseSource.Cpu"/>.</summary>
    public NoiseSource? NoiseSource { get; init; }

    /// <summary>Least cosine similarity of picture and prompt by the workers' CLIP model, -1 to 1. Default: not asked.</summary>
    public double? MinClipSimilarity { get; init; }

    /// <summary>Whether pictures of one colour, or of values that are no numbers, are filtered. Default no.</summary>
    public bool? FilterBlank { get; init; }

    /// <summary>Whether pictures that the model's safety checker objects to are filtered. Default no.</summary>
    public bool? FilterUnsafe { get; init; }

    /// <summary>Of 64 bits, in how many the perceptual hashes of near-duplicates differ at most, 0 to 11. Default: not compared.</summary>
    public int? DuplicateDistance { get; init; }

    /// <summary>How often a picture that is filtered is drawn again with another seed, 0 to 15. Default 0.</summary>
    public int? Redraws { get; init; }

    /// <summary>How prompts are read. Default <see cref="Jobs.PromptSyntax.Plain"/>.</summary>
    public PromptSyntax? PromptSyntax { get; init; }

    /// <summary>What becomes of prompts beyond 75 tokens. Default <see cref="Jobs.LongPrompts.Truncate"/>.</summary>
    public LongPrompts? LongPrompts { get; init; }

    /// <summary>How many of the text encoder's last layers are left out, as in diffusers. Default 0.</summary>
    public int? ClipSkip { get; init; }

    /// <summary>How far guided predictions are brought back to the deviation of the unguided ones, 0 to 1. Default 0.</summary>
    public double? GuidanceRescale { get; init; }

    /// <summary>LoRAs out of those that the model's workers have. Default none.</summary>
    public IReadOnlyList<RecipeLora>? Loras { get; init; }

    /// <summary>What the pictures are made from. Default <see cref="JobTask.TextToImage"/>.</summary>
    public JobTask? Task { get; init; }

    /// <summary>The picture to begin with: the SHA-256 under which it was uploaded, lower-case hex.</summary>
    public string? InitImage { get; init; }

    /// <summary>What of it is repainted (white) and kept (black), likewise.</summary>
    public string? Mask { get; init; }

    /// <summary>How near everything in it is, brighter for nearer, likewise. Default: the model's estimate.</summary>
    public string? DepthMap { get; init; }

    /// <summary>How much of it is made anew, 0 to 1. Default 0.8; 1 in outpainting.</summary>
    public double? Strength { get; init; }

    /// <summary>Whether what in- and outpainting keep is pasted back pixel by pixel. Default yes.</summary>
    public bool? Overlay { get; init; }

    /// <summary>How a general model keeps what is kept. Default <see cref="Jobs.MaskBlending.Hard"/>.</summary>
    public MaskBlending? MaskBlending { get; init; }

    /// <summary>New pixels to the left in outpainting. Default 0.</summary>
    public int? OutpaintLeft { get; init; }

    /// <summary>New pixels above in outpainting. Default 0.</summary>
    public int? OutpaintTop { get; init; }

    /// <summary>New pixels to the right in outpainting. Default 0.</summary>
    public int? OutpaintRight { get; init; }

    /// <summary>New pixels below in outpainting. Default 0.</summary>
    public int? OutpaintBottom { get; init; }

    /// <summary>In outpainting, how many pixels of the picture pass over into what is new. Default 16.</summary>
    public int? Feather { get; init; }

    /// <summary>How much noise is put on a picture that is made larger. Default 20.</summary>
    public int? NoiseLevel { get; init; }

    /// <summary>How much larger a second pass makes the picture. Default: there is none.</summary>
    public double? HiresScale { get; init; }

    /// <summary>How the first pass is made larger. Default <see cref="Jobs.HiresUpscaler.Lanczos"/>.</summary>
    public HiresUpscaler? HiresUpscaler { get; init; }

    /// <summary>How much the second pass makes anew, 0 to 1. Default 0.5.</summary>
    public double? HiresStrength { get; init; }

    /// <summary>Steps of the second pass. Default: those of the first.</summary>
    public int? HiresSteps { get; init; }

    /// <summary>How soon. Default <see cref="Jobs.Lane.Normal"/>.</summary>
    public Lane? Lane { get; init; }

    /// <summary>Whom to tell of its end; nobody where it is left out.</summary>
    public Webhook? Webhook { get; init; }

    /// <summary>When the client submitted it; set by the API, and on arrival where a publisher leaves it out.</summary>
    public DateTimeOffset? SubmittedAt { get; init; }
}
