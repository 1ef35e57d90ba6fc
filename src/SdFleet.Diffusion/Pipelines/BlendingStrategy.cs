using SdFleet.Diffusion.Schedulers;

namespace SdFleet.Diffusion.Pipelines;

/// <summary>
/// Inpainting with a model that knows nothing of it: after each step, what the mask keeps is set back to the given image, noised as the
/// next step expects it.
/// </summary>
internal sealed class BlendingStrategy(GenerationContext context) : InpaintingStrategy(context)
{
    private readonly LatentMask _mask = LatentMask.Hard(context);
    private readonly float[] _kept = new float[context.Tasks.Count * context.Shape.Length];

    public override int Prepare(Scheduler scheduler, BatchNoise noise, Span<float> latents)
    {
        int first = Begin(scheduler, noise, latents, encode: true, out bool choiceDrawn);
        if (choiceDrawn)
        {
            // diffusers also encodes the image without what is repainted, and never looks at it here. What it draws for that is drawn, so
            // that a scheduler that draws noise gets the same.
            noise.Draw(_kept);
        }

        return first;
    }

    public override void AfterStep(Scheduler scheduler, int index, Span<float> latents)
    {
        int next = index + 1;
        if (next == scheduler.Timesteps.Length)
        {
            Finish(latents);
            return;
        }

        scheduler.AddNoise(Originals, Noise, next, _kept);
        _mask.Restore(_kept, latents);
    }

    public override void Finish(Span<float> latents) => _mask.Restore(Originals, latents);
}
