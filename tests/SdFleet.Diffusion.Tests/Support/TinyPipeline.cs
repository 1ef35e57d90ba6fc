using SdFleet.Diffusion.Pipelines;

namespace SdFleet.Diffusion.Tests;

/// <summary>A tiny model whose files stay while it is used: the image encoder of most is loaded at first use.</summary>
internal sealed class TinyPipeline : IDisposable
{
    private readonly TemporaryFolder _folder;

    public TinyPipeline(TinyModel model)
    {
        _folder = model.Write();
        Pipeline = StableDiffusionPipeline.Load(_folder.Path, new() { Threads = 1 });
    }

    public StableDiffusionPipeline Pipeline { get; }

    /// <summary>The finished latents of a batch.</summary>
    public float[] Latents(params GenerationTask[] tasks)
    {
        LatentsProbe probe = new();
        Pipeline.GenerateObserved(tasks, null, probe, default);
        return probe.Final;
    }

    public void Dispose()
    {
        Pipeline.Dispose();
        _folder.Dispose();
    }
}
