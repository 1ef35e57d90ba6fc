using SdFleet.Diffusion.Pipelines;
using SdFleet.Diffusion.Tokenization;
using SdFleet.ShapesModel;

namespace SdFleet.Diffusion.Tests;

/// <summary>The bundled model, loaded once for a class of tests; its text encoder is a CLIP of three layers.</summary>
public sealed class BundledModel : IDisposable
{
    public StableDiffusionPipeline Pipeline { get; } = StableDiffusionPipeline.Load(ShapesModelFolder.Path, new() { Threads = 1 });

    public ClipTokenizer Tokenizer { get; } = ClipTokenizer.Load(Path.Combine(ShapesModelFolder.Path, "tokenizer"));

    /// <summary>A task that takes little time.</summary>
    public static GenerationTask Task(string prompt) =>
        new() { Prompt = prompt, Width = 32, Height = 32, Steps = 1, GuidanceScale = 1, Scheduler = new() { Name = "ddim" } };

    /// <summary>The encoded prompts of tasks, one behind the other.</summary>
    public static double[] Embeddings(StableDiffusionPipeline pipeline, params GenerationTask[] tasks)
    {
        EmbeddingsProbe probe = new();
        pipeline.GenerateObserved(tasks, null, probe, default);
        return [.. Assert.Single(probe.Batches).Select(value => (double)value)];
    }

    public void Dispose() => Pipeline.Dispose();
}
