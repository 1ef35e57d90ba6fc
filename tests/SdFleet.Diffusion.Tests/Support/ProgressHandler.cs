using SdFleet.Diffusion.Pipelines;

namespace SdFleet.Diffusion.Tests;

/// <summary>Progress on the reporting thread, unlike <see cref="Progress{T}"/>.</summary>
internal sealed class ProgressHandler(Action<GenerationProgress> handle) : IProgress<GenerationProgress>
{
    public void Report(GenerationProgress value) => handle(value);
}
