using SdFleet.Diffusion.Imaging;

namespace SdFleet.Diffusion.Pipelines;

/// <summary>Checks what tasks give beside their prompts against what the model takes.</summary>
internal static class TaskInputs
{
    /// <summary>Refuses tasks that a model cannot run, naming the field and what is wrong.</summary>
    public static void Check(IReadOnlyList<GenerationTask> tasks, PipelineInfo model)
    {
        GenerationTask first = tasks[0];
        foreach (GenerationTask task in tasks)
        {
            CheckSize(task, model.FixedShape);
            CheckConditioning(task, model.Family);
            CheckImage(task, model);
            CheckMask(task, model.Kind);
            CheckDepth(task, model);
            CheckNoiseLevel(task, model);
            CheckSafety(task, model);
            GenerationLimits.CheckShared(nameof(task.InitImage), Describe(task.InitImage), Describe(first.InitImage));
            GenerationLimits.CheckShared(nameof(task.Mask), Describe(task.Mask), Describe(first.Mask));
            GenerationLimits.CheckShared(nameof(task.MaskBlending), task.MaskBlending, first.MaskBlending);
        }
    }

    private static void CheckSize(GenerationTask task, FixedShape model) => Require(
        (model.Width ?? task.Width) == task.Width ? nameof(task.Height) : nameof(task.Width),
        model.Takes(task.Width, task.Height),
        FormattableString.Invariant($"does not fit: {task.Width}x{task.Height} was asked for") +
            model.Describe("; the model was exported for ") + " only");

    private static void CheckConditioning(GenerationTask task, ModelFamily family)
    {
        Require(
            nameof(task.SizeConditioning),
            task.SizeConditioning is null || family != ModelFamily.StableDiffusion,
            $"is given; a model of the family {family} takes none");
        task.SizeConditioning?.Validate();
    }

    private static void CheckImage(GenerationTask task, PipelineInfo model)
    {
        const string Field = nameof(task.InitImage);
        if (task.InitImage is not { } image)
        {
            Require(Field, model.Kind == ModelKind.General, $"is null; a model of the kind {model.Kind} needs one");
            Require(Field, model.Family != ModelFamily.StableDiffusionXlRefiner, "is null; a refiner needs one");
            Require(Field, task.Mask is null, "is null; a Mask needs the image it belongs to");
            return;
        }

        // A pixel of the small image is one latent of the large one.
        int factor = model.Kind == ModelKind.Upscaling ? model.SizeMultiple : 1;
        int width = task.Width / factor, height = task.Height / factor;
        Require(Field, image.Width == width && image.Height == height, FormattableString.Invariant(
            $"is {image.Width}x{image.Height}; it must have {(factor == 1 ? "" : $"1/{factor} of ")}the task's size, {width}x{height}"));
    }

    private static void CheckMask(GenerationTask task, ModelKind kind)
    {
        const string Field = nameof(task.Mask), Blending = nameof(task.MaskBlending);
        Require(Blending, Enum.IsDefined(task.MaskBlending), FormattableString.Invariant(
            $"is {(int)task.MaskBlending}; it must be 0 or 1"));
        if (task.Mask is { } mask)
        {
            Require(Field, kind is ModelKind.General or ModelKind.Inpainting, $"is given; a model of the kind {kind} takes none");
            Require(Field, mask.Width == task.Width && mask.Height == task.Height, FormattableString.Invariant(
                $"is {mask.Width}x{mask.Height}; it must have the task's size, {task.Width}x{task.Height}"));
        }
        else
        {
            Require(Field, kind != ModelKind.Inpainting, $"is null; a model of the kind {kind} needs one");
        }

        Require(nameof(task.Overlay), !task.Overlay || task.Mask is not null, "is true; there is no Mask that keeps anything");
        bool blended = task.Mask is not null && kind == ModelKind.General;
        Require(Blending, task.MaskBlending == MaskBlending.Hard || blended, $"is {task.MaskBlending}; " +
            (task.Mask is null ? "there is no Mask to blend" : $"a model of the kind {kind} is given the Mask, and blends nothing"));
    }

    private static void CheckDepth(GenerationTask task, PipelineInfo model)
    {
        const string Field = nameof(task.DepthMap);
        bool takes = model.Kind == ModelKind.DepthToImage;
        Require(Field, task.DepthMap is null || takes, $"is given; a model of the kind {model.Kind} takes none");
        Require(Field, task.DepthMap is not null || !takes || model.EstimatesDepth,
            $"is null; a model of the kind {model.Kind} needs one, or a depth_estimator in its folder");
    }

    private static void CheckNoiseLevel(GenerationTask task, PipelineInfo model)
    {
        const string Field = nameof(task.NoiseLevel);
        Require(Field, task.NoiseLevel is null || model.Kind == ModelKind.Upscaling, FormattableString.Invariant(
            $"is {task.NoiseLevel}; a model of the kind {model.Kind} takes none"));
        if (model.Kind == ModelKind.Upscaling)
        {
            GenerationLimits.CheckRange(Field, task.UsedNoiseLevel, 0, model.MaxNoiseLevel);
        }
    }

    private static void CheckSafety(GenerationTask task, PipelineInfo model)
    {
        const string Field = nameof(task.SafetyCheck);
        Require(Field, Enum.IsDefined(task.SafetyCheck), FormattableString.Invariant($"is {(int)task.SafetyCheck}; it must be 0 to 2"));
        Require(Field, task.SafetyCheck == SafetyCheck.Off || model.HasSafetyChecker, $"is {task.SafetyCheck}; {model.Folder} has no safety_checker");
    }

    private static void Require(string field, bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new ArgumentException($"{field} {otherwise}.", field);
        }
    }

    private static string Describe(RgbImage? image) => image is null ? "null" : "an image";

    private static string Describe(GrayImage? mask) => mask is null ? "null" : "a mask";
}
