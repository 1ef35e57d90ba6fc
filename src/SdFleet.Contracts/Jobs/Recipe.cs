namespace SdFleet.Contracts.Jobs;

/// <summary>Everything that decides the pixels of a picture besides the model's weights. Complete: nothing is left to defaults.</summary>
public sealed record Recipe
{
    /// <summary>Name of the model in the fleet's configuration.</summary>
    public required string Model { get; init; }

    /// <summary>SHA-256 over the model's files, where the job insists on these very weights; null where any of that name will do.</summary>
    public string? ModelDigest { get; init; }

    /// <summary>What to draw.</summary>
    public required string Prompt { get; init; }

    /// <summary>What to steer away from; empty for none.</summary>
    public string NegativePrompt { get; init; } = "";

    /// <summary>Width in pixels.</summary>
    public required int Width { get; init; }

    /// <summary>Height in pixels.</summary>
    public required int Height { get; init; }

    /// <summary>Denoising steps.</summary>
    public required int Steps { get; init; }

    /// <summary>Classifier-free guidance scale; 1 or less turns guidance off.</summary>
    public required double GuidanceScale { get; init; }

    /// <summary>Scheduler by name, one of <see cref="SchedulerNames.All"/>.</summary>
    public required string Scheduler { get; init; }

    /// <summary>Seed of the first picture; picture i uses <c>Seed + i</c>, and where it is drawn again, <see cref="Identity.DrawSeed"/>.</summary>
    public required long Seed { get; init; }

    /// <summary>Which PyTorch generator the seed refers to.</summary>
    public NoiseSource NoiseSource { get; init; }

    /// <summary>What its pictures must be, and how often they are drawn again; null where every picture is wanted.</summary>
    public ImageFilters? Filters { get; init; }

    /// <summary>How its prompts are read; null for as diffusers does it by default.</summary>
    public PromptReading? Prompts { get; init; }

    /// <summary>LoRAs that change the model, whose changes add up; null for none.</summary>
    public IReadOnlyList<RecipeLora>? Loras { get; init; }

    /// <summary>
    /// What is done to which pictures; null for text to image. With <see cref="JobTask.Outpaint"/> and <see cref="JobTask.Upscale"/> a
    /// picture's size follows from the one that was uploaded, and <see cref="Width"/> and <see cref="Height"/> are an estimate.
    /// </summary>
    public PictureTask? Task { get; init; }

    /// <summary>How the scheduler differs from the model's own configuration; null where it does not.</summary>
    public SchedulerSettings? SchedulerSettings { get; init; }

    /// <summary>The second pass, which makes the picture larger than <see cref="Width"/> and <see cref="Height"/>; null for none.</summary>
    public HiresPass? Hires { get; init; }
}
