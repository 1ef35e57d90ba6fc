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

    /// <summary>The same for some of the images, which are counted by themselves.</summary>
    /// <param name="members">The images' numbers among all.</param>
    internal PreviewOptions For(IReadOnlyList<int> members) => this with { Receiver = new Renumbering(Receiver, members) };

    private sealed class Renumbering(IProgress<GenerationPreview> receiver, IReadOnlyList<int> members) : IProgress<GenerationPreview>
    {
        public void Report(GenerationPreview value) => receiver.Report(value with { Image = members[value.Image] });
    }
}
