using SdFleet.Diffusion.Schedulers;

namespace SdFleet.Diffusion.Pipelines;

/// <summary>
/// Image to image: the loop begins at the given images, noised as far as the strength asks, and leaves out the steps before.
/// </summary>
/// <param name="context">What it works on.</param>
/// <param name="latentsGiven">Latents that take the place of the encoded images; null to encode those.</param>
internal class ImageToImageStrategy(GenerationContext context, float[]? latentsGiven = null) : DenoisingStrategy
{
    /// <summary>The given images' latents.</summary>
    protected float[] Originals { get; } = new float[context.Tasks.Count * context.Shape.Length];

    /// <summary>The noise that they were noised with.</summary>
    protected float[] Noise { get; } = new float[context.Tasks.Count * context.Shape.Length];

    public override int Prepare(Scheduler scheduler, BatchNoise noise, Span<float> latents)
    {
        int first = context.FirstIndex(scheduler);
        if (latentsGiven is null)
        {
            context.EncodeImages(noise, Originals);
        }
        else
        {
            latentsGiven.CopyTo(Originals, 0);
        }

        noise.Draw(Noise);
        scheduler.AddNoise(Originals, Noise, first, latents);
        return first;
    }
}
