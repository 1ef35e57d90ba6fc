using Microsoft.Extensions.Options;
using SdFleet.Diffusion.Onnx;
using SdFleet.Diffusion.Pipelines;

namespace SdFleet.Worker.Models;

/// <summary>A Stable Diffusion model, by the inference library.</summary>
internal sealed class DiffusionModel : ImageModel
{
    private readonly StableDiffusionPipeline _pipeline;

    private DiffusionModel(StableDiffusionPipeline pipeline, string digest)
    {
        _pipeline = pipeline;
        Digest = digest;
    }

    public override string Digest { get; }

    public override string RuntimeVersion => _pipeline.Info.RuntimeVersion;

    public override string Provider => _pipeline.Info.Provider.ToString();

    // What bits depend on: on a processor also the cache that attention is cut into blocks for.
    public override string Device => _pipeline.Info switch
    {
        { Provider: not ExecutionProvider.Cpu } info => info.Device,
        { AttentionCacheBytes: { } bytes } => FormattableString.Invariant($"{Processor.Name}, L2 {bytes / 1024} KiB"),
        _ => Processor.Name,
    };

    public override bool HasSafetyChecker => _pipeline.Info.HasSafetyChecker;

    /// <summary>Why the provider that was asked for does not compute; null where it does.</summary>
    public string? FallbackReason => _pipeline.Info.ProviderFallbackReason;

    public static async Task<DiffusionModel> LoadAsync(
        string folder, string digest, WorkerOptions options, CancellationToken cancellationToken)
    {
        var pipeline = await Task.Run(
            () => StableDiffusionPipeline.Load(folder, new OnnxRuntimeOptions
            {
                Provider = options.Provider,
                ProviderLibrary = options.ProviderLibrary,
                EngineCache = options.EngineCache,
                AllowCpuFallback = options.AllowCpuFallback,
                Deterministic = options.Deterministic,
                DeviceId = options.DeviceId,
                Threads = options.Threads,
                FuseAttention = options.FuseAttention,
            }),
            cancellationToken).ConfigureAwait(false);
        try
        {
            return options.SafetyCheck == SafetyCheck.Off || pipeline.Info.HasSafetyChecker
                ? new DiffusionModel(pipeline, digest)
                : throw new OptionsValidationException(WorkerOptions.SectionName, typeof(WorkerOptions),
                    [$"{WorkerOptions.SectionName}:SafetyCheck is {options.SafetyCheck}, and {folder} has no safety_checker"]);
        }
        catch
        {
            pipeline.Dispose();
            throw;
        }
    }

    public override IReadOnlyList<GeneratedImage> Generate(
        IReadOnlyList<GenerationTask> tasks, IProgress<GenerationProgress> progress, CancellationToken cancellationToken) =>
        _pipeline.Generate(tasks, progress, cancellationToken);

    public override void Dispose() => _pipeline.Dispose();
}
