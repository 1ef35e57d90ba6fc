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

    public override string Device => _pipeline.Info.Provider == ExecutionProvider.Cpu ? Processor.Name : _pipeline.Info.Device;

    public static async Task<DiffusionModel> LoadAsync(string folder, WorkerOptions options, CancellationToken cancellationToken)
    {
        var pipeline = await Task.Run(
            () => StableDiffusionPipeline.Load(folder, new OnnxRuntimeOptions
            {
                Provider = options.Provider,
                DeviceId = options.DeviceId,
                Threads = options.Threads,
            }),
            cancellationToken).ConfigureAwait(false);
        return new DiffusionModel(pipeline, await pipeline.GetModelDigestAsync(cancellationToken).ConfigureAwait(false));
    }

    public override IReadOnlyList<GeneratedImage> Generate(
        IReadOnlyList<GenerationTask> tasks, IProgress<GenerationProgress> progress, CancellationToken cancellationToken) =>
        _pipeline.Generate(tasks, progress, cancellationToken);

    public override void Dispose() => _pipeline.Dispose();
}
