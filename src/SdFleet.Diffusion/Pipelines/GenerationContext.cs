using SdFleet.Diffusion.Onnx;

namespace SdFleet.Diffusion.Pipelines;

/// <summary>What a way of generating works on.</summary>
/// <param name="Components">The model.</param>
/// <param name="Tasks">The batch.</param>
/// <param name="Shape">The shape of one image's latents.</param>
/// <param name="Scope">The generation.</param>
/// <param name="Probe">Sees what goes in and out, in tests.</param>
internal sealed record GenerationContext(
    PipelineComponents Components, IReadOnlyList<GenerationTask> Tasks, LatentShape Shape, RunScope Scope, GenerationProbe? Probe)
{
    /// <summary>How much of the images is made anew: the batch's.</summary>
    public double Strength => Tasks[0].Strength;

    /// <summary>The step at which the batch's strength begins.</summary>
    /// <exception cref="ArgumentException">It leaves no step.</exception>
    public int FirstIndex(Schedulers.Scheduler scheduler)
    {
        int first = scheduler.Img2ImgStart(Strength).FirstIndex;
        GenerationLimits.CheckLeft(nameof(GenerationTask.Strength), Strength, scheduler.Timesteps.Length - first);
        return first;
    }

    /// <summary>Encodes the images that the batch begins with.</summary>
    /// <param name="noise">The batch's noise.</param>
    /// <param name="latents">Receives their latents.</param>
    /// <param name="erased">Whether what the masks ask to repaint is left out of them.</param>
    /// <returns>Whether noise was drawn.</returns>
    public bool EncodeImages(BatchNoise noise, Span<float> latents, bool erased = false) => Components.Encoder.Encode(
        [.. Tasks.Select(task => task.InitImage!)],
        erased ? [.. Tasks.Select(task => task.Mask!)] : null,
        Shape,
        noise,
        latents,
        Scope,
        Probe is null ? null : Probe.OnEncoded);
}
