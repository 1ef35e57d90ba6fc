using SdFleet.Diffusion.Imaging;
using SdFleet.Diffusion.Pipelines;

namespace SdFleet.ShapesModel.Tests.Galleries;

/// <summary>The bundled model at work.</summary>
internal sealed class Painter : IDisposable
{
    private const int BatchSize = 8;

    private readonly StableDiffusionPipeline _pipeline = StableDiffusionPipeline.Load(ShapesModelFolder.Path);

    /// <summary>Paints with the model's own defaults, apart from what is changed.</summary>
    public IReadOnlyList<RgbImage> Paint(
        IEnumerable<(string Prompt, long Seed)> wanted, Func<GenerationTask, GenerationTask>? change = null) =>
        [.. wanted
            .Select(one => _pipeline.CreateTask(one.Prompt, one.Seed))
            .Select(change ?? (task => task))
            .Chunk(BatchSize)
            .SelectMany(batch => _pipeline.Generate(batch))
            .Select(generated => generated.Image)];

    public void Dispose() => _pipeline.Dispose();
}
