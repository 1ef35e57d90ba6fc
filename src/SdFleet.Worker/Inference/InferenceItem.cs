using System.Diagnostics;
using SdFleet.Contracts.Jobs;
using SdFleet.Diffusion.Pipelines;

namespace SdFleet.Worker.Inference;

/// <summary>One attempt on its way through the model.</summary>
internal sealed class InferenceItem(
    GenerateImages work, IReadOnlyList<GenerationTask> tasks, PassSettings settings, CancellationToken cancellationToken)
{
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<IReadOnlyList<GeneratedImage>> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public GenerateImages Work => work;

    public IReadOnlyList<GenerationTask> Tasks => tasks;

    public PassSettings Settings => settings;

    public CancellationToken CancellationToken => cancellationToken;

    /// <summary>What the spans of the inference belong to.</summary>
    public ActivityContext Trace { get; } = Activity.Current?.Context ?? default;

    /// <summary>Ends when the model begins, or when it will not.</summary>
    public Task Started => _started.Task;

    /// <summary>The pictures, in order.</summary>
    public Task<IReadOnlyList<GeneratedImage>> Result => _result.Task;

    /// <summary>Told of every denoising step, on the inference thread.</summary>
    public Action<int, int>? OnStep { get; init; }

    /// <summary>
    /// Tasks of one pass share size, steps, scheduler, LoRAs and second pass; and where they begin with pictures, all of them do, and
    /// share strength and how masks are blended.
    /// </summary>
    public bool GoesWith(InferenceItem other)
    {
        var (a, b) = (tasks[0], other.Tasks[0]);
        return a.Width == b.Width && a.Height == b.Height && a.Steps == b.Steps && a.Scheduler == b.Scheduler &&
            a.Strength == b.Strength && a.MaskBlending == b.MaskBlending &&
            (a.InitImage is null) == (b.InitImage is null) && (a.Mask is null) == (b.Mask is null) && settings.GoesWith(other.Settings);
    }

    public void Start() => _started.TrySetResult();

    public void Finish(IReadOnlyList<GeneratedImage> images)
    {
        _started.TrySetResult();
        _result.TrySetResult(images);
    }

    public void Fail(Exception error)
    {
        _started.TrySetResult();
        if (error is OperationCanceledException)
        {
            _result.TrySetCanceled();
        }
        else
        {
            _result.TrySetException(error);
        }
    }
}
