namespace SdFleet.Contracts.Models;

/// <summary>What the fleet knows of a model without loading it: defaults and limits of its recipes. From configuration.</summary>
public sealed record ModelSpec
{
    /// <summary>Name in recipes and queue names: 1 to 64 characters of a-z, 0-9, '-', '_', '.'.</summary>
    public string Name { get; init; } = "";

    /// <summary>Width where a recipe gives none.</summary>
    public int DefaultWidth { get; init; } = 512;

    /// <summary>Height where a recipe gives none.</summary>
    public int DefaultHeight { get; init; } = 512;

    /// <summary>Denoising steps where a recipe gives none.</summary>
    public int DefaultSteps { get; init; } = 30;

    /// <summary>Guidance scale where a recipe gives none.</summary>
    public double DefaultGuidanceScale { get; init; } = 7.5;

    /// <summary>Scheduler where a recipe gives none.</summary>
    public string DefaultScheduler { get; init; } = "pndm";

    /// <summary>The only sizes it was trained for; empty where any size within the limits will do.</summary>
    public IReadOnlyList<ImageSize> Sizes { get; init; } = [];

    /// <summary>Largest width and height.</summary>
    public int MaxSize { get; init; } = 1024;

    /// <summary>Most denoising steps.</summary>
    public int MaxSteps { get; init; } = 150;

    /// <summary>Whether its workers have a CLIP model to score pictures with. Default no.</summary>
    public bool HasClip { get; init; }

    /// <summary>Most pictures in one job: one message is seconds of GPU work.</summary>
    public int MaxImages { get; init; } = 16;
}
