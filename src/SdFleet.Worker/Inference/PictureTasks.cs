using SdFleet.Contracts.Jobs;
using SdFleet.Diffusion.Pipelines;
using DiffusionBlending = SdFleet.Diffusion.Pipelines.MaskBlending;

namespace SdFleet.Worker.Inference;

/// <summary>What a recipe's pictures make of the task that its text asks for.</summary>
internal static class PictureTasks
{
    /// <summary>The task with its pictures.</summary>
    /// <param name="task">As the text asks for it.</param>
    /// <param name="recipe">What is done to the pictures; null for text to image.</param>
    /// <param name="pictures">The pictures.</param>
    /// <param name="model">What it is made with.</param>
    /// <exception cref="ArgumentException">The model is not made for it, or what comes of it is too large.</exception>
    public static GenerationTask Apply(GenerationTask task, PictureTask? recipe, TaskPictures pictures, ModelShape model)
    {
        CheckKind(recipe?.Kind ?? JobTask.TextToImage, model);
        if (recipe is null)
        {
            return task;
        }

        var init = pictures.Init ?? throw new ArgumentException("initImage is missing.", nameof(pictures));
        task = task with { Strength = recipe.Strength ?? task.Strength };
        switch (recipe.Kind)
        {
            case JobTask.Outpaint:
                var sides = recipe.Outpaint ?? throw new ArgumentException("The sides to outpaint are missing.", nameof(recipe));
                CheckSide("width", sides.Left + init.Width + sides.Right, model);
                CheckSide("height", sides.Top + init.Height + sides.Bottom, model);
                var outpainting = new Outpainting { Left = sides.Left, Top = sides.Top, Right = sides.Right, Bottom = sides.Bottom, Feather = sides.Feather };
                return Blended(outpainting.Apply(task, init, model.RoundMultiple), recipe, model);
            case JobTask.Upscale:
                CheckSide("width", init.Width * model.SizeMultiple, model);
                CheckSide("height", init.Height * model.SizeMultiple, model);
                return task with
                {
                    Width = init.Width * model.SizeMultiple, Height = init.Height * model.SizeMultiple, InitImage = init, NoiseLevel = recipe.NoiseLevel,
                };
            case JobTask.Inpaint:
                var mask = pictures.Mask ?? throw new ArgumentException("mask is missing.", nameof(pictures));
                return Blended(task with { InitImage = Cover.Fit(init, task.Width, task.Height), Mask = Cover.Fit(mask, task.Width, task.Height) }, recipe, model);
            default:
                return task with { InitImage = Cover.Fit(init, task.Width, task.Height), DepthMap = pictures.Depth };
        }
    }

    private static GenerationTask Blended(GenerationTask task, PictureTask recipe, ModelShape model) => task with
    {
        Overlay = recipe.Overlay ?? false,

        // A model that is given the mask blends nothing.
        MaskBlending = recipe.MaskBlending == Contracts.Jobs.MaskBlending.Soft && model.Kind == ModelKind.General ? DiffusionBlending.Soft : DiffusionBlending.Hard,
    };

    private static void CheckKind(JobTask task, ModelShape model)
    {
        JobTask[] can = model.Kind switch
        {
            ModelKind.Inpainting => [JobTask.Inpaint, JobTask.Outpaint],
            // Without a depth map, by the model's own estimate.
            ModelKind.DepthToImage => [JobTask.DepthToImage, JobTask.ImageToImage],
            ModelKind.Upscaling => [JobTask.Upscale],
            _ => [JobTask.TextToImage, JobTask.ImageToImage, JobTask.Inpaint, JobTask.Outpaint],
        };
        if (!can.Contains(task))
        {
            throw new ArgumentException($"task is {Word(task)}: the model {model.Name} is made for {string.Join(", ", can.Select(Word))}.");
        }
    }

    private static void CheckSide(string side, long pixels, ModelShape model)
    {
        if (pixels > model.MaxSide)
        {
            throw new ArgumentException(FormattableString.Invariant($"The picture's {side} would be {pixels}: at most {model.MaxSide} for the model {model.Name}."));
        }
    }

    private static string Word(JobTask task) => System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(task.ToString());
}
