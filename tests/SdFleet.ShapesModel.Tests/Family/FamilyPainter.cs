using SdFleet.Diffusion.Adapters;
using SdFleet.Diffusion.Imaging;
using SdFleet.Diffusion.Pipelines;

namespace SdFleet.ShapesModel.Tests.Family;

/// <summary>One of the family at work, with its own defaults.</summary>
internal sealed class FamilyPainter(string folder, params IReadOnlyList<Lora> loras) : IDisposable
{
    private const int BatchSize = 8;

    private readonly StableDiffusionPipeline _pipeline = StableDiffusionPipeline.Load(folder, adapters: new() { Loras = loras });

    public PipelineInfo Info => _pipeline.Info;

    /// <summary>Paints; the seed is the place in the list, and a thousand.</summary>
    /// <param name="prompts">What is to be seen.</param>
    /// <param name="change">What each task has beside its prompt.</param>
    public IReadOnlyList<RgbImage> Paint(IEnumerable<string> prompts, Func<GenerationTask, int, GenerationTask> change) =>
        [.. prompts
            .Select((prompt, index) => change(_pipeline.CreateTask(prompt, 1000 + index), index))
            .Chunk(BatchSize)
            .SelectMany(batch => _pipeline.Generate(batch))
            .Select(generated => generated.Image)];

    public void Dispose() => _pipeline.Dispose();
}
