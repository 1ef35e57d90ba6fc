using SdFleet.Contracts.Jobs;
using SdFleet.Diffusion.Imaging;
using SdFleet.Diffusion.Pipelines;
using SdFleet.Hosting.Configuration;
using DiffusionLongPrompts = SdFleet.Diffusion.Tokenization.LongPrompts;
using DiffusionNoise = SdFleet.Diffusion.Noise.NoiseSource;
using DiffusionSyntax = SdFleet.Diffusion.Tokenization.PromptSyntax;
using DiffusionUpscaler = SdFleet.Diffusion.Pipelines.HiresUpscaler;

namespace SdFleet.Worker.Inference;

/// <summary>From the fleet's words to the inference library's; the same in a worker and without a fleet.</summary>
public static class RecipeTasks
{
    /// <summary>One task a picture, of what the text asks for; picture i has seed + i.</summary>
    public static IEnumerable<GenerationTask> Of(Recipe recipe, int images)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        return Enumerable.Range(0, images).Select(i => OfText(recipe, recipe.Seed + i));
    }

    /// <summary>The task of one picture, whatever it is made from.</summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="seed">The picture's own seed.</param>
    /// <param name="pictures">What it begins with.</param>
    /// <param name="model">What it is made with.</param>
    /// <exception cref="ArgumentException">The model is not made for it; the message names the field.</exception>
    public static GenerationTask Of(Recipe recipe, long seed, TaskPictures pictures, ModelShape model)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(pictures);
        return PictureTasks.Apply(OfText(recipe, seed), recipe.Task, pictures, model);
    }

    /// <summary>The second pass; null for none.</summary>
    public static HiresOptions? HiresOf(Recipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        return recipe.Hires is not { } hires ? null : new HiresOptions
        {
            Scale = hires.Scale, Upscaler = Enum.Parse<DiffusionUpscaler>(hires.Upscaler.ToString()), Strength = hires.Strength, Steps = hires.Steps,
        };
    }

    private static GenerationTask OfText(Recipe recipe, long seed)
    {
        var prompts = recipe.Prompts ?? new PromptReading();
        return new GenerationTask
        {
            Prompt = recipe.Prompt,
            NegativePrompt = recipe.NegativePrompt,
            Width = recipe.Width,
            Height = recipe.Height,
            Steps = recipe.Steps,
            GuidanceScale = recipe.GuidanceScale,
            Scheduler = RecipeSchedulers.Of(recipe),
            Seed = seed,
            NoiseSource = recipe.NoiseSource == NoiseSource.Cuda ? DiffusionNoise.Cuda : DiffusionNoise.Cpu,
            PromptSyntax = prompts.Syntax == PromptSyntax.Weighted ? DiffusionSyntax.Weighted : DiffusionSyntax.Plain,
            LongPrompts = prompts.LongPrompts == LongPrompts.Chunk ? DiffusionLongPrompts.Chunk : DiffusionLongPrompts.Truncate,
            ClipSkip = prompts.ClipSkip,
            GuidanceRescale = prompts.GuidanceRescale,
        };
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
                .. RecipeSchedulers.TextOf(recipe),
                new("Model hash", modelDigest[..10]),
                new("Model", recipe.Model),
                new("Version", $"SdFleet {FleetVersion.Current}"),
            ]);
    }
}
