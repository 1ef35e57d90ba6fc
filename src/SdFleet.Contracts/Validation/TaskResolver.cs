using System.Text.Json;
using SdFleet.Contracts.Jobs;
using SdFleet.Contracts.Models;

namespace SdFleet.Contracts.Validation;

/// <summary>What of a recipe is not just text to image: the part of <see cref="RecipeResolver"/> that says which fields go together.</summary>
internal static class TaskResolver
{
    private const double UsualStrength = 0.8;

    // At 1 nothing of what the canvas is filled with is left.
    private const double OutpaintStrength = 1;
    private const int UsualNoiseLevel = 20;

    private static readonly JobTask[] Blended = [JobTask.Inpaint, JobTask.Outpaint];
    private static readonly JobTask[] OfModelSize = [JobTask.TextToImage, JobTask.ImageToImage, JobTask.Inpaint, JobTask.DepthToImage];

    // Which task a field is for; what is not here is for all.
    private static readonly (string Field, Func<SubmitJob, object?> Value, JobTask[] Tasks)[] Owners =
    [
        ("width", job => job.Width, OfModelSize),
        ("height", job => job.Height, OfModelSize),
        ("initImage", job => job.InitImage, [JobTask.ImageToImage, JobTask.Inpaint, JobTask.Outpaint, JobTask.DepthToImage, JobTask.Upscale]),
        ("mask", job => job.Mask, [JobTask.Inpaint]),
        ("depthMap", job => job.DepthMap, [JobTask.DepthToImage]),
        ("strength", job => job.Strength, [JobTask.ImageToImage, JobTask.Inpaint, JobTask.Outpaint, JobTask.DepthToImage]),
        ("overlay", job => job.Overlay, Blended),
        ("maskBlending", job => job.MaskBlending, Blended),
        ("outpaintLeft", job => job.OutpaintLeft, [JobTask.Outpaint]),
        ("outpaintTop", job => job.OutpaintTop, [JobTask.Outpaint]),
        ("outpaintRight", job => job.OutpaintRight, [JobTask.Outpaint]),
        ("outpaintBottom", job => job.OutpaintBottom, [JobTask.Outpaint]),
        ("feather", job => job.Feather, [JobTask.Outpaint]),
        ("noiseLevel", job => job.NoiseLevel, [JobTask.Upscale]),
        ("hiresScale", job => job.HiresScale, [JobTask.TextToImage, JobTask.ImageToImage]),
    ];

    /// <summary>How prompts are read; null where nothing of it was asked for: such a job is the same as before it could be.</summary>
    public static PromptReading? Prompts(SubmitJob submission)
    {
        var none = new PromptReading();
        var reading = new PromptReading
        {
            Syntax = submission.PromptSyntax ?? none.Syntax,
            LongPrompts = submission.LongPrompts ?? none.LongPrompts,
            ClipSkip = submission.ClipSkip ?? none.ClipSkip,
            GuidanceRescale = submission.GuidanceRescale ?? none.GuidanceRescale,
        };
        return reading == none ? null : reading;
    }

    /// <summary>What is done to which pictures; null for text to image.</summary>
    public static PictureTask? Task(SubmitJob submission, ModelSpec model, ICollection<FieldError> errors)
    {
        // A task that could not be read has been reported, and what goes with it cannot be told.
        if (errors.Any(e => e.Field == "task"))
        {
            return null;
        }

        var task = submission.Task ?? JobTask.TextToImage;
        foreach (var (field, value, tasks) in Owners)
        {
            if (value(submission) is { } given && !tasks.Contains(task))
            {
                errors.Add(new FieldError(field, Json(given), $"only where task is {string.Join(" or ", tasks.Select(Name))}, and it is {Name(task)}"));
            }
        }

        if (task == JobTask.TextToImage)
        {
            return null;
        }

        Require("initImage", submission.InitImage, task, "the picture to begin with", errors);
        if (task == JobTask.Inpaint)
        {
            Require("mask", submission.Mask, task, "what is repainted", errors);
        }

        return new PictureTask
        {
            Kind = task,
            InitImage = submission.InitImage ?? "",
            Mask = submission.Mask,
            DepthMap = submission.DepthMap,
            Strength = task == JobTask.Upscale ? null : submission.Strength ?? (task == JobTask.Outpaint ? OutpaintStrength : UsualStrength),
            Overlay = Blended.Contains(task) ? submission.Overlay ?? true : null,
            MaskBlending = Blended.Contains(task) ? submission.MaskBlending ?? MaskBlending.Hard : null,
            Outpaint = task == JobTask.Outpaint ? Sides(submission, model, errors) : null,
            NoiseLevel = task == JobTask.Upscale ? submission.NoiseLevel ?? UsualNoiseLevel : null,
        };
    }

    /// <summary>The second pass; null for none.</summary>
    /// <param name="submission">What was submitted.</param>
    /// <param name="model">The model.</param>
    /// <param name="largestSide">Of the first pass, in pixels.</param>
    /// <param name="steps">Of the first pass.</param>
    /// <param name="errors">Takes every fault found.</param>
    public static HiresPass? Hires(SubmitJob submission, ModelSpec model, int largestSide, int steps, ICollection<FieldError> errors)
    {
        if (submission.HiresScale is not { } scale)
        {
            (string Field, object? Value)[] rest =
                [("hiresUpscaler", submission.HiresUpscaler), ("hiresStrength", submission.HiresStrength), ("hiresSteps", submission.HiresSteps)];
            foreach (var (field, value) in rest.Where(r => r.Value is not null && !errors.Any(e => e.Field == "hiresScale")))
            {
                errors.Add(new FieldError(field, Json(value!), "only with hiresScale, which asks for a second pass"));
            }

            return null;
        }

        if (largestSide * scale > model.MaxSize)
        {
            errors.Add(new FieldError("hiresScale", Json(scale), FormattableString.Invariant($"sides of at most {model.MaxSize} pixels for model {model.Name}, and {largestSide} times this is more")));
        }

        if (submission.HiresSteps is { } hiresSteps && hiresSteps > model.MaxSteps)
        {
            errors.Add(new FieldError("hiresSteps", Json(hiresSteps), FormattableString.Invariant($"at most {model.MaxSteps} for model {model.Name}")));
        }

        return new HiresPass
        {
            Scale = scale,
            Upscaler = submission.HiresUpscaler ?? HiresUpscaler.Lanczos,
            Strength = submission.HiresStrength ?? 0.5,
            Steps = submission.HiresSteps ?? steps,
        };
    }

    private static OutpaintSides Sides(SubmitJob submission, ModelSpec model, ICollection<FieldError> errors)
    {
        var none = new OutpaintSides();
        var sides = new OutpaintSides
        {
            Left = submission.OutpaintLeft ?? none.Left,
            Top = submission.OutpaintTop ?? none.Top,
            Right = submission.OutpaintRight ?? none.Right,
            Bottom = submission.OutpaintBottom ?? none.Bottom,
            Feather = submission.Feather ?? none.Feather,
        };
        string[] names = ["outpaintLeft", "outpaintTop", "outpaintRight", "outpaintBottom"];
        if (sides is { Left: 0, Top: 0, Right: 0, Bottom: 0 } && !errors.Any(e => names.Contains(e.Field)))
        {
            errors.Add(new FieldError("outpaintRight", Json(sides.Right), $"at least one of {string.Join(", ", names)} above 0"));
        }

        // How large the picture itself is, only its worker sees.
        CheckSum("outpaintRight", sides.Left + sides.Right);
        CheckSum("outpaintBottom", sides.Top + sides.Bottom);
        return sides;

        void CheckSum(string field, int sum)
        {
            if (sum >= model.MaxSize)
            {
                errors.Add(new FieldError(field, Json(sum), FormattableString.Invariant($"with the other side less than {model.MaxSize}, the largest side of model {model.Name}")));
            }
        }
    }

    private static void Require(string field, string? value, JobTask task, string what, ICollection<FieldError> errors)
    {
        if (value is null && !errors.Any(e => e.Field == field))
        {
            errors.Add(new FieldError(field, null, $"{what}, which {Name(task)} needs: the SHA-256 under which it was uploaded (POST /v1/inputs)"));
        }
    }

    private static string Name(JobTask task) => JsonNamingPolicy.CamelCase.ConvertName(task.ToString());

    private static string Json(object value) => JsonSerializer.Serialize(value, value.GetType(), ContractsJson.Options);
}
