using SdFleet.Diffusion.Pipelines;

namespace SdFleet.Cli.Generate;

/// <summary>What is asked for beyond text to image; files by their names.</summary>
internal sealed record TaskRequest
{
    public const int UsualFrames = 8;

    public string? Init { get; init; }

    /// <summary>Whether <see cref="Init"/> is to be made larger rather than to begin with.</summary>
    public bool Upscale { get; init; }

    /// <summary>Noise on the picture to be made larger; null for the library's default.</summary>
    public int? NoiseLevel { get; init; }

    public double? Strength { get; init; }

    public string? Mask { get; init; }

    public bool Overlay { get; init; } = true;

    public string? Depth { get; init; }

    public Outpainting? Outpaint { get; init; }

    public HiresOptions? Hires { get; init; }

    public string? Strip { get; init; }

    public int StripFrames { get; init; } = UsualFrames;
}
