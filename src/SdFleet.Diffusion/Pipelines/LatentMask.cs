using SdFleet.Diffusion.Imaging;

namespace SdFleet.Diffusion.Pipelines;

/// <summary>The masks of a batch at the size of the latents: how much of each latent is repainted, 0 to 1.</summary>
internal sealed class LatentMask
{
    private readonly float[] _repainted;
    private readonly int _plane;
    private readonly int _channels;

    private LatentMask(GenerationContext context, int offset, Func<byte, float> weigh)
    {
        (_channels, int height, int width) = context.Shape;
        int factor = context.Components.Vae.ScaleFactor;
        _plane = height * width;
        _repainted = new float[context.Tasks.Count * _plane];
        for (int i = 0; i < _repainted.Length; i++)
        {
            GrayImage mask = context.Tasks[i / _plane].Mask!;
            int x = i % _plane % width, y = i % _plane / width;
            _repainted[i] = weigh(mask.Pixels[(((y * factor) + offset) * mask.Width) + (x * factor) + offset]);
        }
    }

    /// <summary>Repainted or not: the first pixel of those that a latent stands for decides, as in PyTorch's nearest neighbour.</summary>
    public static LatentMask Hard(GenerationContext context) =>
        new(context, offset: 0, level => level >= GrayImage.White ? 1 : 0);

    /// <summary>Shares: the pixel in the middle of those that a latent stands for decides, as in Pillow's nearest neighbour.</summary>
    public static LatentMask Soft(GenerationContext context) =>
        new(context, context.Components.Vae.ScaleFactor / 2, level => level / (float)byte.MaxValue);

    /// <summary>The mask of one image.</summary>
    public ReadOnlySpan<float> Of(int image) => _repainted.AsSpan(image * _plane, _plane);

    /// <summary>Sets latents back to others where they are not repainted.</summary>
    /// <param name="kept">The latents that are kept.</param>
    /// <param name="latents">The latents that are repainted; receives both.</param>
    public void Restore(ReadOnlySpan<float> kept, Span<float> latents)
    {
        for (int image = 0; image * _plane < _repainted.Length; image++)
        {
            ReadOnlySpan<float> weights = Of(image);
            for (int channel = 0; channel < _channels; channel++)
            {
                int start = ((image * _channels) + channel) * _plane;
                ReadOnlySpan<float> old = kept.Slice(start, _plane);
                Span<float> made = latents.Slice(start, _plane);
                for (int i = 0; i < made.Length; i++)
                {
                    made[i] = ((1 - weights[i]) * old[i]) + (weights[i] * made[i]);
                }
            }
        }
    }
}
