using Microsoft.Extensions.Options;
using SdFleet.Diffusion.Onnx;
using SdFleet.Diffusion.Pipelines;
using SdFleet.Hosting.Configuration;

namespace SdFleet.Worker.Models;

/// <summary>The worker's one model, loaded before the bus starts to deliver.</summary>
internal sealed partial class LoadedModel(ModelCatalog models, IOptions<WorkerOptions> options, ILogger<LoadedModel> logger)
    : IHostedLifecycleService, IDisposable
{
    private ImageModel? _model;

    /// <summary>Name of the model in the fleet.</summary>
    public string Name { get; } = NameOf(models, options.Value);

    /// <summary>The model.</summary>
    public ImageModel Model => _model ?? throw new InvalidOperationException("The model is not loaded yet.");

    /// <summary>The model that <paramref name="options"/> mean.</summary>
    /// <exception cref="OptionsValidationException">There is no such model, or it has no folder here.</exception>
    public static string NameOf(ModelCatalog models, WorkerOptions options)
    {
        var known = models.Specs.Keys.Order(StringComparer.Ordinal).ToList();
        var name = options.Model ?? (known.Count == 1 ? known[0] : null);
        var failure =
            name is null ? $"Model is not set: one of {string.Join(", ", known)}"
            : models.Find(name) is not { } model ? $"Model is \"{name}\", which {ModelCatalog.SectionName} does not have: one of {string.Join(", ", known)}"
            : model.Path is null && !options.Synthetic.Enabled ? $"Model \"{name}\" has no Path in {ModelCatalog.SectionName}: the folder with its model_index.json"
            : null;
        return failure is null
            ? name!
            : throw new OptionsValidationException(WorkerOptions.SectionName, typeof(WorkerOptions), [$"{WorkerOptions.SectionName}:{failure}"]);
    }

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        if (options.Value.Synthetic.Enabled)
        {
            _model = new SyntheticModel(options.Value.Synthetic);
            LogSynthetic(Name);
            return;
        }

        var folder = models.Find(Name)!.Path!;
        var started = TimeProvider.System.GetTimestamp();

        // Before anything in it is parsed.
        var digest = await ModelFingerprint.ComputeAsync(folder, cancellationToken).ConfigureAwait(false);
        if (options.Value.ModelDigest is { } expected && expected != digest)
        {
            throw new InvalidOperationException(
                $"The model in {folder} has the digest {digest}, and {WorkerOptions.SectionName}:ModelDigest says {expected}: it is another model, or damaged.");
        }

        var loaded = await DiffusionModel.LoadAsync(folder, digest, options.Value, cancellationToken).ConfigureAwait(false);
        _model = loaded;
        if (loaded.FallbackReason is { } reason)
        {
            LogFallback(options.Value.Provider, loaded.Provider, reason);
        }

        if (loaded.WhyNoGpuMemory is { } unknown)
        {
            LogNoGpuMemory(unknown);
        }

        LogLoaded(Name, folder, loaded.Provider, loaded.Device, TimeProvider.System.GetElapsedTime(started), digest);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _model?.Dispose();

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Wanted} cannot be had, and {Provider} computes in its place, many times slower: {Reason}")]
    private partial void LogFallback(ExecutionProvider wanted, string provider, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "There is no metric of the GPU's memory: {Reason}")]
    private partial void LogNoGpuMemory(string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "Loaded {Model} from {Folder} on {Provider} ({Device}) in {Elapsed}; digest {Digest}")]
    private partial void LogLoaded(string model, string folder, string provider, string device, TimeSpan elapsed, string digest);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Model {Model} is synthetic (SdFleet:Worker:Synthetic): its pictures are flat colours")]
    private partial void LogSynthetic(string model);
}
