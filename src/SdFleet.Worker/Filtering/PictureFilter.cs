using SdFleet.Contracts.Images;
using SdFleet.Contracts.Jobs;
using SdFleet.Diffusion.Imaging;
using SdFleet.Diffusion.Pipelines;
using SdFleet.Diffusion.Scoring;
using SdFleet.Worker.Models;

namespace SdFleet.Worker.Filtering;

/// <summary>Measures pictures by the filters of their job, and says which are not wanted.</summary>
internal sealed class PictureFilter(LoadedModel model, LoadedScorer scorer)
{
    // The order of sums differs from batch to batch, and with it the last digits.
    private const int Places = 4;

    /// <summary>Throws where this worker cannot measure what the filters ask for.</summary>
    /// <exception cref="ArgumentException">It has no CLIP model, or its model no safety checker.</exception>
    public void ThrowIfUnable(ImageFilters? filters)
    {
        if (filters?.MinClipSimilarity is { } least && scorer.Scorer is null)
        {
            throw new ArgumentException(FormattableString.Invariant(
                $"minClipSimilarity is {least}, and the worker has no CLIP model to score pictures with: {WorkerOptions.SectionName}:ClipModel names one."));
        }

        if (filters is { Unsafe: true } && !model.Model.HasSafetyChecker)
        {
            throw new ArgumentException($"filterUnsafe is true, and model {model.Name} has no safety checker (its folder safety_checker).");
        }
    }

    /// <summary>Measures pictures.</summary>
    /// <returns>A verdict on each, in order.</returns>
    public Task<IReadOnlyList<FilterVerdict>> JudgeAsync(Recipe recipe, IReadOnlyList<GeneratedImage> images, CancellationToken cancellationToken)
    {
        if (recipe.Filters is not { } filters)
        {
            return Task.FromResult<IReadOnlyList<FilterVerdict>>(new FilterVerdict[images.Count]);
        }

        // On a thread of its own: what computes for long must not hold up the threads that keep the broker's connection alive.
        return Task.Factory.StartNew(
            () => Judge(filters, recipe.Prompt, images, cancellationToken), cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>
    /// Measures a picture that is in the store already, and not as this worker has just made it. It says of safety only that it was not
    /// asked: that needs the model, and a picture of which nobody knows is not let through.
    /// </summary>
    public Task<FilterVerdict> JudgeStoredAsync(Recipe recipe, RgbImage stored, CancellationToken cancellationToken) =>
        recipe.Filters is not { } filters
            ? Task.FromResult(default(FilterVerdict))
            : Task.Factory.StartNew(
                () => Judge(filters, stored, BlankCheck.IsBlank(stored), isUnsafe: null, Similarities(filters, recipe.Prompt, [stored], cancellationToken)?[0]),
                cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private IReadOnlyList<FilterVerdict> Judge(ImageFilters filters, string prompt, IReadOnlyList<GeneratedImage> images, CancellationToken cancellationToken)
    {
        const ImageDefects NoPicture = ImageDefects.Blank | ImageDefects.NotANumber | ImageDefects.LatentsNotANumber;
        var similarities = Similarities(filters, prompt, [.. images.Select(i => i.Image)], cancellationToken);
        return [.. images.Select((image, i) => Judge(filters, image.Image, (image.Defects & NoPicture) != 0, image.IsUnsafe == true, similarities?[i]))];
    }

    private IReadOnlyList<double>? Similarities(ImageFilters filters, string prompt, IReadOnlyList<RgbImage> images, CancellationToken cancellationToken) =>
        filters.MinClipSimilarity is null ? null : scorer.Scorer!.Score(images, [.. images.Select(_ => prompt)], cancellationToken);

    private static FilterVerdict Judge(ImageFilters filters, RgbImage image, bool isBlank, bool? isUnsafe, double? similarity)
    {
        var scores = new ImageScores
        {
            // A vector of zeros has no angle.
            ClipSimilarity = similarity is { } value ? double.IsFinite(value) ? Math.Round(value, Places) : -1 : null,
            IsBlank = filters.Blank ? isBlank : null,
            IsUnsafe = filters.Unsafe ? isUnsafe : null,
            PerceptualHash = filters.DuplicateDistance is null ? null : PerceptualHash.Of(image).ToString(),
        };
        return new FilterVerdict(
            scores,
            scores.IsBlank == true ? FilterReason.Blank
            : filters.Unsafe && scores.IsUnsafe != false ? FilterReason.Unsafe
            : scores.ClipSimilarity < filters.MinClipSimilarity ? FilterReason.LowClipSimilarity
            : null);
    }
}
