using SdFleet.Diffusion.Onnx;
using SdFleet.Diffusion.Schedulers;

namespace SdFleet.Diffusion.Pipelines;

/// <summary>
/// Inpainting with a model made for it: its U-Net is given the mask, and the latents of the image without what is repainted. Nothing is set
/// back after a step.
/// </summary>
internal sealed class MaskChannelsStrategy(GenerationContext context) : InpaintingStrategy(context)
{
    private readonly LatentMask _mask = LatentMask.Hard(context);
    private float[] _channels = [];

    public override ReadOnlySpan<float> ExtraChannels => _channels;

    public override int Prepare(Scheduler scheduler, BatchNoise noise, Span<float> latents)
    {
        int first = Begin(scheduler, noise, latents, encode: false, out _);
        float[] erased = new float[latents.Length];
        Context.EncodeImages(noise, erased, erased: true);
        _channels = Join(erased);
        return first;
    }

    private float[] Join(float[] erased)
    {
        LatentShape shape = Context.Shape;
        int plane = shape.Height * shape.Width, length = plane + shape.Length;
        float[] channels = new float[Context.Tasks.Count * length];
        for (int image = 0; image < Context.Tasks.Count; image++)
        {
            Span<float> own = channels.AsSpan(image * length, length);
            _mask.Of(image).CopyTo(own);
            erased.AsSpan(image * shape.Length, shape.Length).CopyTo(own[plane..]);
        }

        return channels;
    }
}
