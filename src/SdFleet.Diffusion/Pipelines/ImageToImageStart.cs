using SdFleet.Diffusion.Imaging;
using SdFleet.Diffusion.Onnx;
using SdFleet.Diffusion.Schedulers;

namespace SdFleet.Diffusion.Pipelines;

/// <summary>
/// Image to image: the loop begins at the given images, noised as far as the strength asks, and leaves out the steps before.
/// </summary>
internal sealed class ImageToImageStart(
    LatentEncoder encoder, IReadOnlyList<RgbImage> images, LatentShape shape, double strength, RunScope scope, GenerationProbe? probe)
    : LatentStart
{
    public override int Prepare(Scheduler scheduler, BatchNoise noise, Span<float> latents)
    {
        int first = scheduler.Img2ImgStart(strength).FirstIndex;
        GenerationLimits.CheckLeft(nameof(GenerationTask.Strength), strength, scheduler.Timesteps.Length - first);
        encoder.Encode(images, shape, noise, latents, scope, probe is null ? null : probe.OnEncoded);
        float[] drawn = new float[latents.Length];
        noise.Draw(drawn);
        scheduler.AddNoise(latents, drawn, first, latents);
        return first;
    }
}
