using Microsoft.Extensions.Options;
using SdFleet.Contracts.Identity;
using SdFleet.Contracts.Jobs;
using SdFleet.Diffusion.Pipelines;
using SdFleet.Worker.Inference;
using SdFleet.Worker.Output;

namespace SdFleet.Worker.Filtering;

/// <summary>
/// Draws the pictures of an attempt, and those that its filters do not want again, in rounds: a round's pictures go through the model
/// together, and with those of other jobs.
/// </summary>
internal sealed class Drawing(InferenceThread inference, PictureFilter filter, RecipePreparation preparation, IOptions<WorkerOptions> options)
{
    /// <param name="work">The attempt.</param>
    /// <param name="wait">What it has waited for the artifact store.</param>
    /// <param name="onStarted">Called once, when the model begins.</param>
    /// <param name="onStep">Told of each step: steps done, and steps known of.</param>
    /// <param name="check">Told of all pictures of a round; may throw.</param>
    /// <param name="stopping">Gives up.</param>
    /// <returns>One a picture, in order of index.</returns>
    /// <exception cref="ArgumentException">This worker cannot measure what the filters ask for, or make what the recipe does.</exception>
    public async Task<IReadOnlyList<DrawnPicture>> RunAsync(
        GenerateImages work,
        StoreWait wait,
        Action onStarted,
        Action<int, int> onStep,
        Action<IReadOnlyList<GeneratedImage>> check,
        CancellationToken stopping)
    {
        var filters = work.Recipe.Filters;
        filter.ThrowIfUnable(filters);
        var safety = filters is { Unsafe: true } && options.Value.SafetyCheck == SafetyCheck.Off ? SafetyCheck.Flag : options.Value.SafetyCheck;
        var recipe = await preparation.PrepareAsync(work, wait, stopping).ConfigureAwait(false);
        var pictures = new DrawnPicture?[work.Images];
        var open = Enumerable.Range(0, work.Images).ToList();
        var (done, known) = (0, 0);
        for (var draw = 0; open.Count > 0; draw++)
        {
            var tasks = open.ConvertAll(index => recipe.Task(DrawSeed.Of(work.Recipe.Seed, index, draw)) with { SafetyCheck = safety });
            var item = new InferenceItem(work, tasks, recipe.Settings, stopping)
            {
                OnStep = (step, steps) =>
                {
                    known = done + steps;
                    onStep(done + step, known);
                },
            };
            inference.Enqueue(item);
            await item.Started.ConfigureAwait(false);
            if (draw == 0 && !stopping.IsCancellationRequested)
            {
                onStarted();
            }

            var images = await item.Result.ConfigureAwait(false);
            check(images);
            var verdicts = await filter.JudgeAsync(work.Recipe, images, stopping).ConfigureAwait(false);
            foreach (var (place, index) in open.Index())
            {
                pictures[index] = pictures[index]?.Then(images[place], verdicts[place]) ?? DrawnPicture.First(images[place], verdicts[place]);
            }

            open = draw < filters?.Redraws ? open.FindAll(index => pictures[index]!.Verdict.Reason is not null) : [];
            done = known;
        }

        return pictures!;
    }
}
