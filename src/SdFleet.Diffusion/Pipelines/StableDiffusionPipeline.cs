using SdFleet.Diffusion.Adapters;
using SdFleet.Diffusion.Onnx;

namespace SdFleet.Diffusion.Pipelines;

/// <summary>
/// Stable Diffusion: text in, images out, as Hugging Face diffusers computes them. <see cref="Generate"/> blocks its thread and may be
/// called from several at once, though they share the processor or the GPU.
/// </summary>
public sealed partial class StableDiffusionPipeline : IDisposable
{
    private PipelineComponents _components;
    private readonly Lock _digestLock = new();
    private Task<string>? _digest;
    private bool _disposed;

    private StableDiffusionPipeline(PipelineComponents components)
    {
        _components = components;
        Info = components.Describe();
        Defaults = ModelDefaults.Load(components.Folder, Info);
    }

    /// <summary>What this is and runs on.</summary>
    public PipelineInfo Info { get; private set; }

    /// <summary>Whether it can be used no more; also after a change of adapters that failed half-way.</summary>
    public bool IsDisposed => _disposed;

    /// <summary>What the model is best used with.</summary>
    public ModelDefaults Defaults { get; }

    /// <summary>Loads a model folder as diffusers and optimum write it.</summary>
    /// <param name="folder">The folder that has model_index.json.</param>
    /// <param name="options">How to run it; null for the processor.</param>
    /// <param name="adapters">What changes it while it is loaded, such as LoRAs and embeddings; null for the model as it is.</param>
    /// <exception cref="ModelFormatException">
    /// The folder, a file in it or an adapter is not what this can run; the message says what is wrong.
    /// </exception>
    /// <exception cref="ProviderUnavailableException">The provider that was asked for cannot be had.</exception>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public static StableDiffusionPipeline Load(string folder, OnnxRuntimeOptions? options = null, ModelAdapters? adapters = null)
    {
        ModelFolder model = ModelFolder.Open(folder);
        PipelineComponents components = PipelineComponents.Load(model, OnnxDevice.Open(options ?? new()), adapters ?? new());
        try
        {
            return new(components);
        }
        catch
        {
            components.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Gives the model other adapters in place of those it has. Only the networks that these change, or those changed, are loaded again. No
    /// generation may be running.
    /// </summary>
    /// <param name="adapters">What changes the model from now on; an empty one for the model as it is.</param>
    /// <exception cref="ModelFormatException">An adapter is not one for this model; then it has those from before.</exception>
    /// <exception cref="ArgumentException">A scale is out of range, likewise.</exception>
    /// <remarks>Where a network cannot be loaded again, for want of memory or because its file is gone, the pipeline is disposed.</remarks>
    public void SwitchAdapters(ModelAdapters adapters)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentNullException.ThrowIfNull(adapters);
        using LoadedAdapters changes = LoadedAdapters.Load(_components.Folder, adapters);

        // Until the others are there.
        _disposed = true;
        _components = _components.With(adapters, changes);
        Info = _components.Describe();
        lock (_digestLock)
        {
            _digest = null;
        }

        _disposed = false;
    }

    /// <summary>A task with the model's defaults, to be changed with <c>with</c>.</summary>
    public GenerationTask CreateTask(string prompt, long seed = 0) => new()
    {
        Prompt = prompt,
        Seed = seed,
        Width = Defaults.Width,
        Height = Defaults.Height,
        Steps = Defaults.Steps,
        GuidanceScale = Defaults.GuidanceScale,
        Scheduler = new() { Name = Defaults.Scheduler },
    };

    /// <summary>
    /// The model's digest: 64 hexadecimal digits, the same for the same files, wherever they lie, and the same LoRAs with the same scales,
    /// and the same embeddings with the same words. The first call reads all files.
    /// </summary>
    public Task<string> GetModelDigestAsync(CancellationToken cancellationToken = default)
    {
        lock (_digestLock)
        {
            // Computed once for all callers, so without the token of one of them.
            if (_digest is null || _digest.IsFaulted)
            {
                ModelAdapters adapters = _components.Adapters;
                _digest = Task.Run(
                    () => ModelFingerprint.ComputeAsync(Info.Folder, adapters, CancellationToken.None), CancellationToken.None);
            }

            return _digest.WaitAsync(cancellationToken);
        }
    }

    /// <summary>
    /// Makes one image for each task, as one batch; where the device's memory does not last for it, as several smaller ones, whose size is
    /// remembered for the next batches. The images are the same either way.
    /// </summary>
    /// <param name="tasks">1 to <see cref="GenerationLimits.MaxBatch"/> tasks that share size, steps and scheduler.</param>
    /// <param name="progress">Is told of each step, on this thread where it is no <see cref="Progress{T}"/>.</param>
    /// <param name="cancellationToken">Ends the generation between steps, or inside one.</param>
    /// <returns>The images in the order of the tasks.</returns>
    /// <exception cref="ArgumentException">A task is out of range or does not fit the others; the message says which field.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="InferenceException">A model failed, or there is no memory for even one image.</exception>
    public IReadOnlyList<GeneratedImage> Generate(
        IReadOnlyList<GenerationTask> tasks,
        IProgress<GenerationProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        GenerateObserved(tasks, progress, probe: null, cancellationToken);

    /// <summary>Frees the models. No generation may be running.</summary>
    public void Dispose()
    {
        _disposed = true;
        _components.Dispose();
    }

    internal IReadOnlyList<GeneratedImage> GenerateObserved(
        IReadOnlyList<GenerationTask> tasks,
        IProgress<GenerationProgress>? progress,
        GenerationProbe? probe,
        CancellationToken cancellationToken)
    {
        Check(tasks);
        return Split(
            tasks,
            new(tasks[0].Width, tasks[0].Height),
            progress,
            part => new BatchGeneration(_components, part.Tasks, part.Chunks, part.Progress, probe).Run(cancellationToken));
    }

    /// <summary>Makes the images in as few batches as memory and the prompts' lengths allow.</summary>
    private IReadOnlyList<GeneratedImage> Split(
        IReadOnlyList<GenerationTask> tasks,
        ImageSize largest,
        IProgress<GenerationProgress>? progress,
        Func<BatchPart, IReadOnlyList<GeneratedImage>> generate) => _components.Splitter.Run(
            tasks, largest, _components.Unet.File, progress, (fitting, report) => new ChunkGroups(_components, fitting, report).Run(generate));

    private void Check(IReadOnlyList<GenerationTask> tasks)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentNullException.ThrowIfNull(tasks);
        GenerationLimits.Check(tasks, Info.SizeMultiple);
        TaskInputs.Check(tasks, Info);
    }
}
