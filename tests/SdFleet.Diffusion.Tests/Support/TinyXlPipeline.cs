using SdFleet.Diffusion.Pipelines;

namespace SdFleet.Diffusion.Tests;

/// <summary>As <see cref="TinyPipeline"/>, of Stable Diffusion XL.</summary>
internal sealed class TinyXlPipeline : IDisposable
{
    private readonly TemporaryFolder _folder;

    public TinyXlPipeline(TinyXlModel model)
    {
        _folder = model.Write();
        Pipeline = StableDiffusionPipeline.Load(_folder.Path, new() { Threads = 1 });
    }

    public StableDiffusionPipeline Pipeline { get; }

    public void Dispose()
    {
        Pipeline.Dispose();
        _folder.Dispose();
    }
}
