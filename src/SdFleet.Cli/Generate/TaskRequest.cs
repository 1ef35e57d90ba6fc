using SdFleet.Diffusion.Pipelines;

namespace SdFleet.Cli.Generate;

/// <summary>What is asked for beyond text to image; files by their names.</summary>
internal sealed record TaskRequest
{
    public const int UsualFrames = 8;

    public string? Init { get; init; }

    public double? Strength { get; init; }

    public string? Mask { get; init; }

    public bool Overlay { get; init; } = true;

    public string? Depth { get; init; }

    public Outpainting? Outpaint { get; init; }

    public HiresOptions? Hires { get; init; }

    public string? Strip { get; init; }

    public int StripFrames { get; init; } = UsualFrames;
}
