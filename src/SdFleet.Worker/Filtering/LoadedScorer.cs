using Microsoft.Extensions.Options;
using SdFleet.Diffusion.Onnx;
using SdFleet.Diffusion.Scoring;
using SdFleet.Hosting.Configuration;
using SdFleet.Worker.Models;

namespace SdFleet.Worker.Filtering;

/// <summary>The worker's CLIP model, where it has one, loaded before the bus starts to deliver. It runs on the CPU: the device's memory is the model's.</summary>
internal sealed partial class LoadedScorer(ModelCatalog models, LoadedModel model, IOptions<WorkerOptions> options, ILogger<LoadedScorer> logger)
    : IHostedLifecycleService, IDisposable
{
    /// <summary>The scorer, or null.</summary>
    public ClipScorer? Scorer { get; private set; }

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        var folder = options.Value.ClipModel;
        if ((folder is not null) != models.Specs[model.Name].HasClip)
        {
            // Else jobs would be admitted that no worker can do, or refused though it could.
            throw new OptionsValidationException(WorkerOptions.SectionName, typeof(WorkerOptions),
            [
                folder is null
                    ? $"{WorkerOptions.SectionName}:ClipModel is not set, and {ModelCatalog.SectionName} says of {model.Name} that it HasClip: name the folder of a CLIP model"
                    : $"{WorkerOptions.SectionName}:ClipModel is {folder}, and {ModelCatalog.SectionName} does not say of {model.Name} that it HasClip: set it for every service",
            ]);
        }

        if (folder is not null)
        {
            Scorer = await Task.Run(() => ClipScorer.Load(folder, new OnnxRuntimeOptions { Threads = options.Value.Threads, FuseAttention = options.Value.FuseAttention }), cancellationToken).ConfigureAwait(false);
            LogLoaded(folder);
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => Scorer?.Dispose();

    [LoggerMessage(Level = LogLevel.Information, Message = "Loaded the CLIP model in {Folder}")]
    private partial void LogLoaded(string folder);
}
