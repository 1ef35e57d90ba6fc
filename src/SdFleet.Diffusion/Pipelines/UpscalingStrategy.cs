using SdFleet.Diffusion.Imaging;
using SdFleet.Diffusion.Onnx;
using SdFleet.Diffusion.Schedulers;

namespace SdFleet.Diffusion.Pipelines;

/// <summary>
/// Upscaling: the loop begins at pure noise, and the U-Net is given the small image itself, a pixel for each latent. A little noise on it,
/// of a level that the U-Net is told, hides what the small image has wrong.
/// </summary>
internal sealed class UpscalingStrategy(GenerationContext context) : DenoisingStrategy
{
    private readonly float[] _channels = new float[context.Tasks.Count * SmallLength(context.Shape)];
    private readonly float[] _levels = [.. context.Tasks.Select(task => (float)task.UsedNoiseLevel)];

    public override ReadOnlySpan<float> ExtraChannels => _channels;

    public override ReadOnlySpan<float> ClassLabels => _levels;

    public override int Prepare(Scheduler scheduler, BatchNoise noise, Span<float> latents)
    {
        noise.Draw(_channels);
        int length = SmallLength(context.Shape);
        float[] image = new float[length];
        for (int i = 0; i < context.Tasks.Count; i++)
        {
            GenerationTask task = context.Tasks[i];
            PixelPlanes.Write(task.InitImage!, image);
            Span<float> own = _channels.AsSpan(i * length, length);
            context.Components.LowResolutionNoise!.Schedule.AddNoise(image, own, task.UsedNoiseLevel, own);
        }

        noise.Draw(latents);
        VectorMath.Scale(latents, scheduler.InitNoiseSigma, latents);
        return 0;
    }

    private static int SmallLength(LatentShape shape) => RgbImage.Channels * shape.Height * shape.Width;
}
