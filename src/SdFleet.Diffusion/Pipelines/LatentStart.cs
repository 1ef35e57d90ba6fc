using SdFleet.Diffusion.Schedulers;

namespace SdFleet.Diffusion.Pipelines;

/// <summary>
/// What distinguishes one way of generating from another before the denoising loop, which is the same for all: where the latents come from,
/// and at which step the loop begins.
/// </summary>
internal abstract class LatentStart
{
    /// <summary>Writes the first latents of a batch.</summary>
    /// <param name="scheduler">The scheduler, its timesteps set.</param>
    /// <param name="noise">The batch's noise.</param>
    /// <param name="latents">Receives the images' latents, one behind the other.</param>
    /// <returns>The index into <see cref="Scheduler.Timesteps"/> to begin at.</returns>
    public abstract int Prepare(Scheduler scheduler, BatchNoise noise, Span<float> latents);
}
