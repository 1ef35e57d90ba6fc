using SdFleet.Diffusion.Schedulers;

namespace SdFleet.Diffusion.Pipelines;

/// <summary>
/// What the newer ways of inpainting share: at full strength the loop begins at pure noise, as if there were no image; below, at the noised
/// image.
/// </summary>
internal abstract class InpaintingStrategy(GenerationContext context) : DenoisingStrategy
{
    /// <summary>The batch.</summary>
    protected GenerationContext Context { get; } = context;

    /// <summary>The given images' latents, where they were needed.</summary>
    protected float[] Originals { get; } = new float[context.Tasks.Count * context.Shape.Length];

    /// <summary>The noise that the loop begins with.</summary>
    protected float[] Noise { get; } = new float[context.Tasks.Count * context.Shape.Length];

    /// <summary>Whether nothing of the image is left in the latents that enter the loop.</summary>
    protected bool IsFullStrength => Context.Strength == 1;

    /// <summary>Writes the latents that enter the loop.</summary>
    /// <param name="scheduler">The scheduler.</param>
    /// <param name="noise">The batch's noise.</param>
    /// <param name="latents">Receives the latents.</param>
    /// <param name="encode">Whether the images are needed even where nothing of them is in the latents.</param>
    /// <param name="choiceDrawn">Whether encoding the images drew noise.</param>
    /// <returns>The index to begin at.</returns>
    protected int Begin(Scheduler scheduler, BatchNoise noise, Span<float> latents, bool encode, out bool choiceDrawn)
    {
        int first = Context.FirstIndex(scheduler);
        choiceDrawn = (encode || !IsFullStrength) && Context.EncodeImages(noise, Originals);
        noise.Draw(Noise);
        if (IsFullStrength)
        {
            VectorMath.Scale(latents, scheduler.InitNoiseSigma, Noise);
        }
        else
        {
            scheduler.AddNoise(Originals, Noise, first, latents);
        }

        return first;
    }
}
