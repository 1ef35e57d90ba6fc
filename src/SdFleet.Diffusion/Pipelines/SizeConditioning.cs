namespace SdFleet.Diffusion.Pipelines;

/// <summary>
/// What Stable Diffusion XL is told of an image beside its prompt, as it was of each image in training (arXiv:2307.01952, section 2.2).
/// It does not change the size of the image that is made: a small original size asks for a picture that looks enlarged, a crop for one that
/// looks cut.
/// </summary>
public sealed record SizeConditioning
{
    /// <summary>The longest side, and the furthest crop, in pixels.</summary>
    public const int MaxSide = 16_384;

    /// <summary>The highest aesthetic score.</summary>
    public const double MaxAestheticScore = 10;

    /// <summary>The size before anything was scaled; null for the size of the image that is made.</summary>
    public ImageSize? OriginalSize { get; init; }

    /// <summary>Pixels that were cut off at the top, 0 to <see cref="MaxSide"/>.</summary>
    public int CropTop { get; init; }

    /// <summary>Pixels that were cut off at the left, 0 to <see cref="MaxSide"/>.</summary>
    public int CropLeft { get; init; }

    /// <summary>The size that was scaled to; null for the size of the image that is made. The refiner is not told.</summary>
    public ImageSize? TargetSize { get; init; }

    /// <summary>How good the image shall look, 0 to 10; only the refiner is told.</summary>
    public double AestheticScore { get; init; } = 6;

    /// <summary>The same for what the negative prompt stands for.</summary>
    public double NegativeAestheticScore { get; init; } = 2.5;

    /// <summary>Refuses what is out of bounds, naming the field.</summary>
    internal void Validate()
    {
        const string Prefix = nameof(GenerationTask.SizeConditioning) + ".";
        CheckSize(nameof(OriginalSize), OriginalSize);
        CheckSize(nameof(TargetSize), TargetSize);
        GenerationLimits.CheckRange(Prefix + nameof(CropTop), CropTop, 0, MaxSide);
        GenerationLimits.CheckRange(Prefix + nameof(CropLeft), CropLeft, 0, MaxSide);
        GenerationLimits.CheckRange(Prefix + nameof(AestheticScore), AestheticScore, 0, MaxAestheticScore);
        GenerationLimits.CheckRange(Prefix + nameof(NegativeAestheticScore), NegativeAestheticScore, 0, MaxAestheticScore);

        static void CheckSize(string field, ImageSize? size)
        {
            if (size is { } given)
            {
                GenerationLimits.CheckRange($"{Prefix}{field}.{nameof(given.Width)}", given.Width, 1, MaxSide);
                GenerationLimits.CheckRange($"{Prefix}{field}.{nameof(given.Height)}", given.Height, 1, MaxSide);
            }
        }
    }
}
