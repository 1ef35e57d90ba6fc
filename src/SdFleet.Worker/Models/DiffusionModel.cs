using Microsoft.Extensions.Options;
using SdFleet.Diffusion;
using SdFleet.Diffusion.Adapters;
using SdFleet.Diffusion.Onnx;
using SdFleet.Diffusion.Pipelines;
using SdFleet.Worker.Devices;
using SdFleet.Worker.Inference;

namespace SdFleet.Worker.Models;

/// <summary>
/// A Stable Diffusion model, by the inference library. Other LoRAs than before mean loading the networks again that they change; the
/// model is there once at any time.
/// </summary>
internal sealed class DiffusionModel : ImageModel
{
    private readonly string _folder;
    private readonly OnnxRuntimeOptions _runtime;
    private readonly PipelineInfo _info;
    private readonly NvidiaMemory? _memory;
    private StableDiffusionPipeline? _pipeline;
    private IReadOnlyList<Lora> _loras = [];

    private DiffusionModel(string folder, OnnxRuntimeOptions runtime, StableDiffusionPipeline pipeline, string digest)
    {
        (_folder, _runtime, _pipeline, _info) = (folder, runtime, pipeline, pipeline.Info);
        Digest = digest;
        if (_info.Provider != ExecutionProvider.Cpu)
        {
            _memory = NvidiaMemory.TryOpen(runtime.DeviceId, out var reason);
            WhyNoGpuMemory = reason;
        }
    }

    public override string Digest { get; }

    public override string RuntimeVersion => _info.RuntimeVersion;

    public override string Provider => _info.Provider.ToString();

    // What bits depend on: on a processor also the cache that attention is cut into blocks for.
    public override string Device => _info switch
    {
        { Provider: not ExecutionProvider.Cpu } info => info.Device,
        { AttentionCacheBytes: { } bytes } => FormattableString.Invariant($"{Processor.Name}, L2 {bytes / 1024} KiB"),
        _ => Processor.Name,
    };

    public override bool HasSafetyChecker => _info.HasSafetyChecker;

    /// <summary>Why the provider that was asked for does not compute; null where it does.</summary>
    public string? FallbackReason => _info.ProviderFallbackReason;

    /// <summary>Why a GPU computes whose memory is not known; null where it is, or none computes.</summary>
    public string? WhyNoGpuMemory { get; }

    public static async Task<DiffusionModel> LoadAsync(
        string folder, string digest, WorkerOptions options, CancellationToken cancellationToken)
    {
        var runtime = new OnnxRuntimeOptions
        {
            Provider = options.Provider,
            ProviderLibrary = options.ProviderLibrary,
            EngineCache = options.EngineCache,
            AllowCpuFallback = options.AllowCpuFallback,
            Deterministic = options.Deterministic,
            DeviceId = options.DeviceId,
            Threads = options.Threads,
            FuseAttention = options.FuseAttention,
        };
        var pipeline = await Task.Run(() => StableDiffusionPipeline.Load(folder, runtime), cancellationToken).ConfigureAwait(false);
        try
        {
            return options.SafetyCheck == SafetyCheck.Off || pipeline.Info.HasSafetyChecker
                ? new DiffusionModel(folder, runtime, pipeline, digest)
                : throw new OptionsValidationException(WorkerOptions.SectionName, typeof(WorkerOptions),
                    [$"{WorkerOptions.SectionName}:SafetyCheck is {options.SafetyCheck}, and {folder} has no safety_checker"]);
        }
        catch
        {
            pipeline.Dispose();
            throw;
        }
    }

    public override GpuMemory? ReadGpuMemory() => _memory?.Read();

    public override ModelShape Shape(string name, int maxSide) => ModelShape.Of(name, _info, maxSide);

    public override IReadOnlyList<GeneratedImage> Generate(
        IReadOnlyList<GenerationTask> tasks, PassSettings settings, IProgress<GenerationProgress> progress, CancellationToken cancellationToken)
    {
        var pipeline = With(settings.Loras);
        return settings.Hires is { } hires
            ? pipeline.GenerateHires(tasks, hires, progress, cancellationToken)
            : pipeline.Generate(tasks, progress, cancellationToken);
    }

    public override void Dispose() => _pipeline?.Dispose();

    private StableDiffusionPipeline With(IReadOnlyList<Lora> loras)
    {
        if (_pipeline is not null && _loras.SequenceEqual(loras))
        {
            return _pipeline;
        }

        var adapters = new ModelAdapters { Loras = loras };
        try
        {
            if (_pipeline is null)
            {
                _pipeline = StableDiffusionPipeline.Load(_folder, _runtime, adapters);
            }
            else
            {
                _pipeline.SwitchAdapters(adapters);
            }
        }
        catch (Exception error)
        {
            // Usually the model is as it was before. Where it is in parts, the next pass loads all of it.
            if (_pipeline is { IsDisposed: true })
            {
                _pipeline = null;
            }

            if (error is ModelFormatException e && loras.Any(lora => lora.Path == e.File))
            {
                throw new ArgumentException($"loras: {Path.GetFileNameWithoutExtension(e.File)} cannot be used: expected {e.Expected}, found {e.Found}.", e);
            }

            throw;
        }

        _loras = loras;
        return _pipeline;
    }
}
