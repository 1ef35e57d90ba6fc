using System.Diagnostics;
using SdFleet.Diffusion.Imaging;
using SdFleet.Diffusion.Onnx;
using SdFleet.Diffusion.Schedulers;

namespace SdFleet.Diffusion.Pipelines;

/// <summary>One batch made in two passes, small and large.</summary>
internal sealed class HiresGeneration
{
    private readonly PipelineComponents _components;
    private readonly BatchPart _part;
    private readonly IReadOnlyList<GenerationTask> _tasks;
    private readonly IReadOnlyList<GenerationTask> _largeTasks;
    private readonly HiresOptions _options;
    private readonly int _smallSteps;
    private readonly int _largeSteps;

    /// <exception cref="ArgumentException">The strength leaves no step.</exception>
    public HiresGeneration(PipelineComponents components, BatchPart part, HiresOptions options)
    {
        _components = components;
        _part = part;
        _tasks = part.Tasks;
        _options = options;
        _largeTasks = LargeTasks(components, _tasks, options);
        _smallSteps = CountSteps(_tasks[0], fromImage: _tasks[0].InitImage is not null);
        _largeSteps = CountSteps(_largeTasks[0], fromImage: true);
    }

    private bool IsLatent => _options.Upscaler >= HiresUpscaler.LatentNearestExact;

    /// <summary>The tasks of the second pass, as yet without what they begin with.</summary>
    /// <exception cref="ArgumentException">The tasks or the options do not go together with a second pass.</exception>
    public static IReadOnlyList<GenerationTask> LargeTasks(
        PipelineComponents components, IReadOnlyList<GenerationTask> tasks, HiresOptions options)
    {
        options.Validate();
        if (components.Kind != ModelKind.General || tasks[0].Mask is not null)
        {
            throw new ArgumentException(
                components.Kind != ModelKind.General
                    ? $"A second pass needs a model of the kind {ModelKind.General}; this one is {components.Kind}."
                    : "Mask is given; a second pass would repaint what it keeps. Upscale the finished image by image to image instead.",
                nameof(tasks));
        }

        int multiple = components.RoundMultiple;
        return
        [
            .. tasks.Select(task => task with
            {
                Width = options.LargeSide(task.Width, multiple),
                Height = options.LargeSide(task.Height, multiple),
                Steps = options.Steps ?? task.Steps,
                Strength = options.Strength,
                InitImage = null,
            }),
        ];
    }

    /// <summary>Makes the images.</summary>
    public IReadOnlyList<GeneratedImage> Run(CancellationToken cancellationToken)
    {
        long started = Stopwatch.GetTimestamp();
        BatchGeneration small = Batch(_tasks, 0, started);
        BatchGeneration large;
        if (IsLatent)
        {
            float[] latents = LatentResize.Resize(
                small.RunToLatents(cancellationToken), Shape(_tasks[0]), Shape(_largeTasks[0]), _options.Upscaler);
            large = Batch(_largeTasks, _smallSteps, started, latents);
        }
        else
        {
            ResizeFilter filter = _options.Upscaler == HiresUpscaler.Bicubic ? ResizeFilter.Bicubic : ResizeFilter.Lanczos;
            GenerationTask[] tasks =
            [
                .. small.Run(cancellationToken).Zip(_largeTasks, (made, task) =>
                    task with { InitImage = ImageResize.Resize(made.Image, task.Width, task.Height, filter) }),
            ];
            large = Batch(tasks, _smallSteps, started);
        }

        TimeSpan first = Stopwatch.GetElapsedTime(started);
        return
        [
            .. large.Run(cancellationToken).Zip(_tasks, (image, task) => image with
            {
                Task = task,
                Timings = image.Timings with { Denoise = image.Timings.Denoise + first },
            }),
        ];
    }

    private LatentShape Shape(GenerationTask task) =>
        new(_components.LatentChannels, task.Height / _components.Vae.ScaleFactor, task.Width / _components.Vae.ScaleFactor);

    private int CountSteps(GenerationTask task, bool fromImage)
    {
        Scheduler scheduler = task.Scheduler.Create(_components.Scheduler);
        scheduler.SetTimesteps(task.Steps);
        int steps = scheduler.Timesteps.Length - (fromImage ? scheduler.Img2ImgStart(task.Strength).FirstIndex : 0);
        GenerationLimits.CheckLeft(nameof(GenerationTask.Strength), task.Strength, steps);
        return steps;
    }

    private BatchGeneration Batch(IReadOnlyList<GenerationTask> tasks, int stepsBefore, long started, float[]? latents = null)
    {
        PartialProgress? progress = _part.Progress is null ? null : new(_part.Progress, stepsBefore, _smallSteps + _largeSteps, started);
        return new(_components, tasks, _part.Chunks, progress, probe: null) { InitLatents = latents };
    }

    /// <summary>Reports the steps of one pass as steps of both.</summary>
    private sealed class PartialProgress(IProgress<GenerationProgress> whole, int before, int steps, long started)
        : IProgress<GenerationProgress>
    {
        public void Report(GenerationProgress value) =>
            whole.Report(value with { Step = before + value.Step, Steps = steps, Elapsed = Stopwatch.GetElapsedTime(started) });
    }
}
