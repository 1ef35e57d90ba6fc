using Microsoft.Extensions.Options;
using SdFleet.Diffusion.Onnx;
using SdFleet.Diffusion.Pipelines;
using SdFleet.Hosting.Configuration;

namespace SdFleet.Worker.Inference;

/// <summary>The worker's one pipeline, loaded before the bus starts to deliver.</summary>
internal sealed partial class LoadedModel(ModelCatalog models, IOptions<WorkerOptions> options, ILogger<LoadedModel> logger)
    : IHostedLifecycleService, IDisposable
{
    private StableDiffusionPipeline? _pipeline;

    /// <summary>Name of the model in the fleet.</summary>
    public string Name { get; } = NameOf(models, options.Value);

    /// <summary>The pipeline.</summary>
    public StableDiffusionPipeline Pipeline => _pipeline ?? throw new InvalidOperationException("The model is not loaded yet.");

    /// <summary>SHA-256 over the model's files; null until loaded.</summary>
    public string? Digest { get; private set; }

    /// <summary>The model that <paramref name="options"/> mean.</summary>
    /// <exception cref="OptionsValidationException">There is no such model, or it has no folder here.</exception>
    public static string NameOf(ModelCatalog models, WorkerOptions options)
    {
        var known = models.Specs.Keys.Order(StringComparer.Ordinal).ToList();
        var name = options.Model ?? (known.Count == 1 ? known[0] : null);
        var failure =
            name is null ? $"Model is not set: one of {string.Join(", ", known)}"
            : models.Find(name) is not { } model ? $"Model is \"{name}\", which {ModelCatalog.SectionName} does not have: one of {string.Join(", ", known)}"
            : model.Path is null ? $"Model \"{name}\" has no Path in {ModelCatalog.SectionName}: the folder with its model_index.json"
            : null;
        return failure is null
            ? name!
            : throw new OptionsValidationException(WorkerOptions.SectionName, typeof(WorkerOptions), [$"{WorkerOptions.SectionName}:{failure}"]);
    }

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        var folder = models.Find(Name)!.Path!;
        var started = TimeProvider.System.GetTimestamp();

        // Before anything in it is parsed.
        Digest = await ModelFingerprint.ComputeAsync(folder, cancellationToken).ConfigureAwait(false);
        if (options.Value.ModelDigest is { } expected && expected != Digest)
        {
            throw new InvalidOperationException(
                $"The model in {folder} has the digest {Digest}, and {WorkerOptions.SectionName}:ModelDigest says {expected}: it is another model, or damaged.");
        }

        _pipeline = await Task.Run(
            () => StableDiffusionPipeline.Load(folder, new OnnxRuntimeOptions
            {
                Provider = options.Value.Provider,
                DeviceId = options.Value.DeviceId,
                Threads = options.Value.Threads,
            }),
            cancellationToken).ConfigureAwait(false);
        LogLoaded(Name, folder, _pipeline.Info.Provider, _pipeline.Info.Device, TimeProvider.System.GetElapsedTime(started), Digest);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _pipeline?.Dispose();

    [LoggerMessage(Level = LogLevel.Information, Message = "Loaded {Model} from {Folder} on {Provider} ({Device}) in {Elapsed}; digest {Digest}")]
    private partial void LogLoaded(string model, string folder, ExecutionProvider provider, string device, TimeSpan elapsed, string digest);
}
