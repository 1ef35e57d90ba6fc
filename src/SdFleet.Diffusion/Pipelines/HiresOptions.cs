namespace SdFleet.Diffusion.Pipelines;

/// <summary>
/// A second pass for images larger than a model was made for: in one pass it repeats itself there; from its own enlarged image it only
/// adds details.
/// </summary>
public sealed record HiresOptions
{
    /// <summary>The largest <see cref="Scale"/>.</summary>
    public const double MaxScale = 8;

    /// <summary>
    /// How much larger, above 1 to 8. Sides are rounded to the nearest multiple of <see cref="PipelineInfo.RoundMultiple"/>. Default 2.
    /// </summary>
    public double Scale { get; init; } = 2;

    /// <summary>How the first pass is made larger.</summary>
    public HiresUpscaler Upscaler { get; init; }

    /// <summary>How much of the enlarged image is made anew, 0 to 1, as <see cref="GenerationTask.Strength"/>. Default 0.5.</summary>
    public double Strength { get; init; } = 0.5;

    /// <summary>Steps of the second pass, of which <see cref="Strength"/>'s part is run; null for the task's.</summary>
    public int? Steps { get; init; }

    /// <summary>A side of the large image.</summary>
    internal int LargeSide(int side, int multiple) =>
        Math.Max((int)Math.Round(side * Scale / multiple, MidpointRounding.AwayFromZero), 1) * multiple;

    internal void Validate()
    {
        // Written so that NaN is refused too.
        if (!(Scale > 1 && Scale <= MaxScale))
        {
            throw new ArgumentException(
                FormattableString.Invariant($"{nameof(Scale)} is {Scale}; it must be above 1 and at most {MaxScale}."), nameof(Scale));
        }

        GenerationLimits.CheckRange(nameof(Upscaler), (int)Upscaler, 0, (int)HiresUpscaler.LatentBicubic);
        GenerationLimits.CheckRange(nameof(Strength), Strength, 0, 1);
    }
}
