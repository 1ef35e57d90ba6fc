using SdFleet.Diffusion.Schedulers;

namespace SdFleet.Diffusion.Pipelines;

/// <summary>
/// What distinguishes one way of generating from another around the denoising loop, which is the same for all: where the latents come from
/// and at which step the loop begins, what the U-Net is given beside them, and what is done to them after a step.
/// </summary>
internal abstract class DenoisingStrategy
{
    /// <summary>
    /// Channels that the U-Net is given behind the latents, in every step the same: one image's behind the other's; empty where there are
    /// none. To be read after <see cref="Prepare"/>.
    /// </summary>
    public virtual ReadOnlySpan<float> ExtraChannels => [];

    /// <summary>A class for each image, for models that take one; else empty. To be read after <see cref="Prepare"/>.</summary>
    public virtual ReadOnlySpan<float> ClassLabels => [];

    /// <summary>Writes the first latents of a batch.</summary>
    /// <param name="scheduler">The scheduler, its timesteps set.</param>
    /// <param name="noise">The batch's noise.</param>
    /// <param name="latents">Receives the images' latents, one behind the other.</param>
    /// <returns>The index into <see cref="Scheduler.Timesteps"/> to begin at.</returns>
    public abstract int Prepare(Scheduler scheduler, BatchNoise noise, Span<float> latents);

    /// <summary>Has its way with the latents after a step.</summary>
    /// <param name="scheduler">The scheduler.</param>
    /// <param name="index">The index of the step that was taken.</param>
    /// <param name="latents">The images' latents at the next index, or the finished ones.</param>
    public virtual void AfterStep(Scheduler scheduler, int index, Span<float> latents)
    {
    }

    /// <summary>Has its way with the finished latents, which are not those of the last step with every scheduler.</summary>
    public virtual void Finish(Span<float> latents)
    {
    }
}
