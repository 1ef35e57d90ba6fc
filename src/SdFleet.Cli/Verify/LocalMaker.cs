using SdFleet.Cli.Generate;
using SdFleet.Cli.Output;
using SdFleet.Contracts.Images;
using SdFleet.Diffusion.Imaging;
using SdFleet.Diffusion.Pipelines;
using SdFleet.Worker.Inference;

namespace SdFleet.Cli.Verify;

/// <summary>Makes it in this process, with a model that must have the record's weights.</summary>
internal sealed class LocalMaker : IPictureMaker
{
    private readonly LocalModel _model;
    private readonly StableDiffusionPipeline _pipeline;
    private readonly string _digest;

    private LocalMaker(LocalModel model, StableDiffusionPipeline pipeline, string digest) =>
        (_model, _pipeline, _digest) = (model, pipeline, digest);

    /// <param name="model">As <c>generate --local --model</c> takes it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<LocalMaker> LoadAsync(string? model, CancellationToken cancellationToken)
    {
        var found = LocalModel.Of(model, new(), []);
        var pipeline = await Task.Run(() => LocalGeneration.Load(found, []), cancellationToken);
        return new LocalMaker(found, pipeline, await pipeline.GetModelDigestAsync(cancellationToken));
    }

    public Task<byte[]> MakeAsync(ManifestRecord record, CancellationToken cancellationToken)
    {
        if (record.Image.ModelDigest != _digest)
        {
            throw new CliException(
                $"it was made by {record.Recipe.Model} with the weights {record.Image.ModelDigest}, and {_model.Folder} has {_digest}. " +
                "--model names another folder, --server a fleet that has them.");
        }

        var task = RecipeTasks.Of(record.Recipe with { Seed = record.Image.Seed }, images: 1).Single();
        return Task.Run(() => PngWriter.ToArray(_pipeline.Generate([task], progress: null, cancellationToken).Single().Image), cancellationToken);
    }

    public void Dispose() => _pipeline.Dispose();
}
