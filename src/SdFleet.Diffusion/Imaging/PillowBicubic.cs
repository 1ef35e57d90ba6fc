namespace SdFleet.Diffusion.Imaging;

/// <summary>
/// Resizes as Pillow's <c>Image.resize(size, BICUBIC)</c> does, bit for bit: the cubic (a = -0.5) is widened where the result is smaller, so
/// that all pixels count; weights are fixed-point numbers, and each of the two passes rounds to 8 bits. Image processors of CLIP models are
/// built on this, unlike <see cref="BicubicResize"/>.
/// </summary>
internal static class PillowBicubic
{
    private const double A = -0.5;
    private const double Support = 2;

    // 32 bits less 8 for the pixel and 2 for what overshoots.
    private const int PrecisionBits = 22;

    /// <summary>Resizes an image.</summary>
    public static RgbImage Resize(RgbImage image, int width, int height)
    {
        // Across first; a pass that changes nothing is left out.
        RgbImage wide = width == image.Width ? image : Across(image, width);
        return height == wide.Height ? wide : Down(wide, height);
    }

    private static RgbImage Across(RgbImage image, int width)
    {
        RgbImage result = new(width, image.Height);
        Taps[] taps = TapsOf(image.Width, width);
        for (int y = 0; y < image.Height; y++)
        {
            ReadOnlySpan<byte> row = image.Row(y);
            Span<byte> output = result.Row(y);
            for (int x = 0; x < width; x++)
            {
                Mix(row, taps[x], RgbImage.Channels, taps[x].First * RgbImage.Channels, output.Slice(x * RgbImage.Channels));
            }
        }

        return result;
    }

    private static RgbImage Down(RgbImage image, int height)
    {
        RgbImage result = new(image.Width, height);
        Taps[] taps = TapsOf(image.Height, height);
        int stride = image.Width * RgbImage.Channels;
        for (int y = 0; y < height; y++)
        {
            Span<byte> output = result.Row(y);
            for (int x = 0; x < image.Width; x++)
            {
                int column = x * RgbImage.Channels;
                Mix(image.Pixels, taps[y], stride, (taps[y].First * stride) + column, output[column..]);
            }
        }

        return result;
    }

    /// <summary>Weighs pixels that lie <paramref name="stride"/> bytes apart.</summary>
    private static void Mix(ReadOnlySpan<byte> pixels, Taps taps, int stride, int start, Span<byte> output)
    {
        const int Half = 1 << (PrecisionBits - 1);
        for (int channel = 0; channel < RgbImage.Channels; channel++)
        {
            int sum = Half;
            int at = start + channel;
            foreach (int weight in taps.Weights)
            {
                sum += pixels[at] * weight;
                at += stride;
            }

            output[channel] = (byte)Math.Clamp(sum >> PrecisionBits, 0, byte.MaxValue);
        }
    }

    private static Taps[] TapsOf(int size, int newSize)
    {
        double scale = (double)size / newSize;
        double stretch = Math.Max(scale, 1);
        double support = Support * stretch;
        Taps[] all = new Taps[newSize];
        for (int i = 0; i < newSize; i++)
        {
            double center = (i + 0.5) * scale;
            int first = Math.Max(0, (int)(center - support + 0.5));
            int end = Math.Min(size, (int)(center + support + 0.5));
            double[] weights = new double[end - first];
            double sum = 0;
            for (int tap = 0; tap < weights.Length; tap++)
            {
                weights[tap] = Weight(Math.Abs((tap + first - center + 0.5) / stretch));
                sum += weights[tap];
            }

            all[i] = new(first, Array.ConvertAll(weights, weight => ToFixed(weight / sum)));
        }

        return all;
    }

    private static int ToFixed(double weight) => (int)((weight < 0 ? -0.5 : 0.5) + (weight * (1 << PrecisionBits)));

    private static double Weight(double distance) => distance switch
    {
        < 1 => ((((A + 2) * distance) - (A + 3)) * distance * distance) + 1,
        < 2 => ((((distance - 5) * distance) + 8) * distance - 4) * A,
        _ => 0,
    };

    /// <summary>The pixels that one pixel of the result is made of.</summary>
    private readonly record struct Taps(int First, int[] Weights);
}
