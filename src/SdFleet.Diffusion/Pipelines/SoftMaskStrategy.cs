using SdFleet.Diffusion.Schedulers;

namespace SdFleet.Diffusion.Pipelines;

/// <summary>
/// Inpainting as diffusers' older pipeline does it: the mask's grays are shares, the image is there from the first step on, and what is
/// kept of it is noised as the step just taken expected it; a last time, not at all.
/// </summary>
internal sealed class SoftMaskStrategy(GenerationContext context) : ImageToImageStrategy(context)
{
    private readonly LatentMask _mask = LatentMask.Soft(context);
    private readonly float[] _kept = new float[context.Tasks.Count * context.Shape.Length];

    public override void AfterStep(Scheduler scheduler, int index, Span<float> latents)
    {
        scheduler.AddNoise(Originals, Noise, index, _kept);
        _mask.Restore(_kept, latents);
    }

    public override void Finish(Span<float> latents) => _mask.Restore(Originals, latents);
}
