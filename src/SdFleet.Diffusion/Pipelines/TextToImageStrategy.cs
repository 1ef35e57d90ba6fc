using SdFleet.Diffusion.Schedulers;

namespace SdFleet.Diffusion.Pipelines;

/// <summary>Text to image: the loop begins at pure noise, and takes all steps.</summary>
internal sealed class TextToImageStrategy : DenoisingStrategy
{
    public override int Prepare(Scheduler scheduler, BatchNoise noise, Span<float> latents)
    {
        noise.Draw(latents);
        VectorMath.Scale(latents, scheduler.InitNoiseSigma, latents);
        return 0;
    }
}
