namespace SdFleet.Diffusion.Pipelines;

/// <summary>How images are shown while they come into being.</summary>
public sealed record PreviewOptions
{
    /// <summary>
    /// How many stages are shown, 2 to 1000, evenly over the steps: the first before any step, the last the finished image. With fewer
    /// steps there are fewer.
    /// </summary>
    public int Count { get; init; } = 8;

    /// <summary>Is given the stages, image by image, on the thread that generates where it is no <see cref="Progress{T}"/>.</summary>
    public required IProgress<GenerationPreview> Receiver { get; init; }

    internal void Validate()
    {
        GenerationLimits.CheckRange(nameof(Count), Count, 2, GenerationLimits.MaxSteps);
        ArgumentNullException.ThrowIfNull(Receiver, nameof(Receiver));
    }
}
