using SdFleet.Contracts.Jobs;
using SdFleet.Diffusion.Imaging;
using SdFleet.Diffusion.Pipelines;
using SdFleet.Hosting.Configuration;
using DiffusionNoise = SdFleet.Diffusion.Noise.NoiseSource;

namespace SdFleet.Worker.Inference;

/// <summary>From the fleet's words to the inference library's; the same in a worker and without a fleet.</summary>
public static class RecipeTasks
{
    /// <summary>One task a picture; picture i has seed + i.</summary>
    public static IEnumerable<GenerationTask> Of(Recipe recipe, int images)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        return Enumerable.Range(0, images).Select(i => new GenerationTask
        {
            Prompt = recipe.Prompt,
            NegativePrompt = recipe.NegativePrompt,
            Width = recipe.Width,
            Height = recipe.Height,
            Steps = recipe.Steps,
            GuidanceScale = recipe.GuidanceScale,
            Scheduler = new SchedulerOptions { Name = recipe.Scheduler },
            Seed = recipe.Seed + i,
            NoiseSource = recipe.NoiseSource == NoiseSource.Cuda ? DiffusionNoise.Cuda : DiffusionNoise.Cpu,
        });
    }

    /// <summary>What a picture's PNG says of how it was made.</summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="seed">The picture's own seed.</param>
    /// <param name="modelDigest">The model's digest.</param>
    /// <param name="more">Fields that recipes do not have.</param>
    public static A1111Parameters TextOf(
        Recipe recipe, long seed, string modelDigest, params IEnumerable<KeyValuePair<string, string>> more)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(modelDigest);
        return A1111Parameters.Create(
            recipe.Prompt,
            recipe.NegativePrompt,
            recipe.Steps,
            recipe.Scheduler,
            recipe.GuidanceScale,
            seed,
            recipe.Width,
            recipe.Height,
            recipe.NoiseSource == NoiseSource.Cpu ? "CPU" : "NV",
            [
                .. more,
                new("Model hash", modelDigest[..10]),
                new("Model", recipe.Model),
                new("Version", $"SdFleet {FleetVersion.Current}"),
            ]);
    }
}
