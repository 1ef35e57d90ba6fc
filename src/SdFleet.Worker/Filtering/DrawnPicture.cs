using SdFleet.Contracts.Images;
using SdFleet.Diffusion.Pipelines;

namespace SdFleet.Worker.Filtering;

/// <summary>A picture as it is kept: the first draw that is wanted, or the last one.</summary>
/// <param name="Image">The picture.</param>
/// <param name="Verdict">What the filters say of it.</param>
/// <param name="Before">The draws before it, none of which was wanted.</param>
/// <param name="Spent">Time spent on it and on those.</param>
internal sealed record DrawnPicture(GeneratedImage Image, FilterVerdict Verdict, IReadOnlyList<FilteredDraw> Before, GenerationTimings Spent)
{
    /// <summary>The picture's first draw.</summary>
    public static DrawnPicture First(GeneratedImage image, FilterVerdict verdict) => new(image, verdict, [], image.Timings);

    /// <summary>Another draw in its place.</summary>
    public DrawnPicture Then(GeneratedImage image, FilterVerdict verdict) => new(
        image,
        verdict,
        [.. Before, new FilteredDraw(Image.Seed, Verdict.Reason!.Value, Verdict.Scores!)],
        new GenerationTimings(
            Spent.TextEncode + image.Timings.TextEncode, Spent.Denoise + image.Timings.Denoise, Spent.Decode + image.Timings.Decode));
}
