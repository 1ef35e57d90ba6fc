using SdFleet.Contracts.Jobs;

namespace SdFleet.Contracts.Validation;

/// <summary>The way back from a recipe: a submission that <see cref="RecipeResolver"/> turns into the same one, to make a picture again.</summary>
public static class RecipeSubmission
{
    /// <summary>A submission without id, tenant and filters: every picture is wanted that comes of it.</summary>
    public static SubmitJob Of(Recipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        var (task, hires) = (recipe.Task, recipe.Hires);

        // These sizes follow from the picture, and may not be asked for.
        var isSized = task is not { Kind: JobTask.Outpaint or JobTask.Upscale };
        return new SubmitJob
        {
            Model = recipe.Model,
            ModelDigest = recipe.ModelDigest,
            Prompt = recipe.Prompt,
            NegativePrompt = recipe.NegativePrompt,
            Seed = recipe.Seed,
            Width = isSized ? recipe.Width : null,
            Height = isSized ? recipe.Height : null,
            Steps = recipe.Steps,
            GuidanceScale = recipe.GuidanceScale,
            Scheduler = recipe.Scheduler,
            SchedulerSettings = recipe.SchedulerSettings,
            NoiseSource = recipe.NoiseSource,
            PromptSyntax = recipe.Prompts?.Syntax,
            LongPrompts = recipe.Prompts?.LongPrompts,
            ClipSkip = recipe.Prompts?.ClipSkip,
            GuidanceRescale = recipe.Prompts?.GuidanceRescale,
            Loras = recipe.Loras,
            Task = task?.Kind,
            InitImage = task?.InitImage,
            Mask = task?.Mask,
            DepthMap = task?.DepthMap,
            Strength = task?.Strength,
            Overlay = task?.Overlay,
            MaskBlending = task?.MaskBlending,
            OutpaintLeft = task?.Outpaint?.Left,
            OutpaintTop = task?.Outpaint?.Top,
            OutpaintRight = task?.Outpaint?.Right,
            OutpaintBottom = task?.Outpaint?.Bottom,
            Feather = task?.Outpaint?.Feather,
            NoiseLevel = task?.NoiseLevel,
            HiresScale = hires?.Scale,
            HiresUpscaler = hires?.Upscaler,
            HiresStrength = hires?.Strength,
            HiresSteps = hires?.Steps,
        };
    }
}
