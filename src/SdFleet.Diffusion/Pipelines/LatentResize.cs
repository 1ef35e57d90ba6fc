using SdFleet.Diffusion.Imaging;
using SdFleet.Diffusion.Onnx;

namespace SdFleet.Diffusion.Pipelines;

/// <summary>Makes latents larger, as PyTorch's <c>interpolate(align_corners=False, antialias=False)</c> does.</summary>
internal static class LatentResize
{
    /// <summary>The latents in another size.</summary>
    /// <param name="latents">Latents of images of one shape, one behind the other.</param>
    /// <param name="from">Their shape.</param>
    /// <param name="to">The shape of the result, of as many channels.</param>
    /// <param name="mode">One of the latent ways.</param>
    public static float[] Resize(ReadOnlySpan<float> latents, LatentShape from, LatentShape to, HiresUpscaler mode)
    {
        int plane = from.Height * from.Width, newPlane = to.Height * to.Width;
        float[] result = new float[latents.Length / plane * newPlane];
        for (int i = 0; i * plane < latents.Length; i++)
        {
            ReadOnlySpan<float> source = latents.Slice(i * plane, plane);
            Span<float> destination = result.AsSpan(i * newPlane, newPlane);
            switch (mode)
            {
                case HiresUpscaler.LatentNearestExact:
                    Nearest(source, from, destination, to);
                    break;
                case HiresUpscaler.LatentBilinear:
                    Bilinear(source, from, destination, to);
                    break;
                default:
                    BicubicResize.Resize(source, from.Width, from.Height, destination, to.Width, to.Height);
                    break;
            }
        }

        return result;
    }

    private static void Nearest(ReadOnlySpan<float> source, LatentShape from, Span<float> destination, LatentShape to)
    {
        for (int i = 0; i < destination.Length; i++)
        {
            int y = (int)((i / to.Width + 0.5) * from.Height / to.Height), x = (int)((i % to.Width + 0.5) * from.Width / to.Width);
            destination[i] = source[(y * from.Width) + x];
        }
    }

    private static void Bilinear(ReadOnlySpan<float> source, LatentShape from, Span<float> destination, LatentShape to)
    {
        for (int i = 0; i < destination.Length; i++)
        {
            (int top, int bottom, float down) = Neighbours(i / to.Width, from.Height, to.Height);
            (int left, int right, float across) = Neighbours(i % to.Width, from.Width, to.Width);
            float above = Mix(source[(top * from.Width) + left], source[(top * from.Width) + right], across);
            float below = Mix(source[(bottom * from.Width) + left], source[(bottom * from.Width) + right], across);
            destination[i] = Mix(above, below, down);
        }
    }

    private static (int First, int Second, float Share) Neighbours(int position, int size, int newSize)
    {
        double center = Math.Max(((position + 0.5) * size / newSize) - 0.5, 0);
        int first = (int)center;
        return (first, Math.Min(first + 1, size - 1), (float)(center - first));
    }

    private static float Mix(float first, float second, float share) => first + ((second - first) * share);
}
