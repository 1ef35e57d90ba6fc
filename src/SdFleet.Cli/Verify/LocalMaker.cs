using SdFleet.Cli.Generate;
using SdFleet.Cli.Output;
using SdFleet.Contracts.Images;
using SdFleet.Diffusion.Imaging;
using SdFleet.Diffusion.Pipelines;
using SdFleet.Storage;
using SdFleet.Worker.Inference;

namespace SdFleet.Cli.Verify;

/// <summary>Makes it in this process, with a model that must have the record's weights.</summary>
internal sealed class LocalMaker : IPictureMaker
{
    private readonly LocalModel _model;
    private readonly StableDiffusionPipeline _pipeline;
    private readonly string _digest;
    private readonly IArtifactStore _artifacts;

    private LocalMaker(LocalModel model, StableDiffusionPipeline pipeline, string digest, IArtifactStore artifacts) =>
        (_model, _pipeline, _digest, _artifacts) = (model, pipeline, digest, artifacts);

    /// <param name="model">As <c>generate --local --model</c> takes it.</param>
    /// <param name="artifacts">Where the pictures are that others begin with.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<LocalMaker> LoadAsync(string? model, IArtifactStore artifacts, CancellationToken cancellationToken)
    {
        var found = LocalModel.Of(model, new(), []);
        var pipeline = await Task.Run(() => LocalGeneration.Load(found, []), cancellationToken);
        return new LocalMaker(found, pipeline, await pipeline.GetModelDigestAsync(cancellationToken), artifacts);
    }

    public async Task<byte[]> MakeAsync(ManifestRecord record, CancellationToken cancellationToken)
    {
        if (record.Image.ModelDigest != _digest)
        {
            throw new CliException(
                $"it was made by {record.Recipe.Model} with the weights {record.Image.ModelDigest}, and {_model.Folder} has {_digest}. " +
                "--model names another folder, --server a fleet that has them.");
        }

        if (record.Recipe.Loras is { } loras)
        {
            throw new CliException($"it was made with the LoRAs {string.Join(", ", loras.Select(lora => lora.Name))}: --server names a fleet whose workers have them.");
        }

        try
        {
            var pictures = await TaskPictures.ReadAsync(_artifacts, record.Tenant, record.Recipe, cancellationToken);
            var task = RecipeTasks.Of(record.Recipe, record.Image.Seed, pictures, ModelShape.Of(_model.Name, _pipeline.Info, GenerationLimits.MaxSide));
            return await Task.Run(
                () => PngWriter.ToArray((RecipeTasks.HiresOf(record.Recipe) is { } hires
                    ? _pipeline.GenerateHires([task], hires, progress: null, cancellationToken)
                    : _pipeline.Generate([task], progress: null, cancellationToken)).Single().Image),
                cancellationToken);
        }
        catch (Exception e) when (e is ArgumentException or ArtifactStoreException)
        {
            throw new CliException(e.Message, cause: e);
        }
    }

    public void Dispose() => _pipeline.Dispose();
}
