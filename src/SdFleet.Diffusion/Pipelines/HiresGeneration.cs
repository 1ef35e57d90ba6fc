using System.Diagnostics;
using SdFleet.Diffusion.Imaging;
using SdFleet.Diffusion.Onnx;
using SdFleet.Diffusion.Schedulers;

namespace SdFleet.Diffusion.Pipelines;

/// <summary>One batch made in two passes, small and large.</summary>
internal sealed class HiresGeneration
{
    private readonly PipelineComponents _components;
    private readonly IReadOnlyList<GenerationTask> _tasks;
    private readonly HiresOptions _options;
    private readonly IProgress<GenerationProgress>? _progress;
    private readonly int _smallSteps;
    private readonly int _largeSteps;

    /// <exception cref="ArgumentException">The tasks or the options do not go together with a second pass.</exception>
    public HiresGeneration(
        PipelineComponents components, IReadOnlyList<GenerationTask> tasks, HiresOptions options, IProgress<GenerationProgress>? progress)
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

        _components = components;
        _tasks = tasks;
        _options = options;
        _progress = progress;
        int multiple = components.RoundMultiple;
        LargeTasks =
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
        _smallSteps = CountSteps(tasks[0], fromImage: tasks[0].InitImage is not null);
        _largeSteps = CountSteps(LargeTasks[0], fromImage: true);
    }

    /// <summary>The tasks of the second pass, as yet without what they begin with.</summary>
    public IReadOnlyList<GenerationTask> LargeTasks { get; }

    private bool IsLatent => _options.Upscaler >= HiresUpscaler.LatentNearestExact;

    /// <summary>Makes the images.</summary>
    public IReadOnlyList<GeneratedImage> Run(CancellationToken cancellationToken)
    {
        long started = Stopwatch.GetTimestamp();
        BatchGeneration small = new(_components, _tasks, Part(0, started), probe: null);
        BatchGeneration large;
        if (IsLatent)
        {
            float[] latents = LatentResize.Resize(
                small.RunToLatents(cancellationToken), Shape(_tasks[0]), Shape(LargeTasks[0]), _options.Upscaler);
            large = new(_components, LargeTasks, Part(_smallSteps, started), probe: null) { InitLatents = latents };
        }
        else
        {
            ResizeFilter filter = _options.Upscaler == HiresUpscaler.Bicubic ? ResizeFilter.Bicubic : ResizeFilter.Lanczos;
            GenerationTask[] tasks =
            [
                .. small.Run(cancellationToken).Zip(LargeTasks, (made, task) =>
                    task with { InitImage = ImageResize.Resize(made.Image, task.Width, task.Height, filter) }),
            ];
            large = new(_components, tasks, Part(_smallSteps, started), probe: null);
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

    private PartialProgress? Part(int before, long started) =>
        _progress is null ? null : new(_progress, before, _smallSteps + _largeSteps, started);

    /// <summary>Reports the steps of one pass as steps of both.</summary>
    private sealed class PartialProgress(IProgress<GenerationProgress> whole, int before, int steps, long started)
        : IProgress<GenerationProgress>
    {
        public void Report(GenerationProgress value) =>
            whole.Report(value with { Step = before + value.Step, Steps = steps, Elapsed = Stopwatch.GetElapsedTime(started) });
    }
}
