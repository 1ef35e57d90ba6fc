using System.Globalization;
using System.Numerics;
using SdFleet.Diffusion.Imaging;

namespace SdFleet.Diffusion.Scoring;

/// <summary>
/// 64 bits that images share which look alike, however they were scaled or stored: the gray image at 32x32, its cosine transform, and of
/// the 8x8 lowest frequencies which are above their median (pHash: Zauner, "Implementation and Benchmarking of Perceptual Image Hash
/// Functions", 2010; the same as <c>phash</c> of Python's imagehash). Images of different things differ in about 32 bits, near-duplicates
/// in a few. Images of one color all have the same one.
/// </summary>
/// <param name="Bits">The bits, row by row from the lowest frequency, the first one highest.</param>
public readonly record struct PerceptualHash(ulong Bits)
{
    private const int Side = 32;
    private const int Frequencies = 8;

    // A level of 1 in one pixel gives more; what is below are errors of rounding, which must not tell images of one color apart.
    private const double Nothing = 1e-6;

    private static readonly double[] Cosines = MakeCosines();

    /// <summary>The hash of an image of any size.</summary>
    public static PerceptualHash Of(RgbImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        GrayImage small = ImageResize.Resize(GrayImage.FromRgb(image), Side, Side, ResizeFilter.Lanczos);
        Span<double> spectrum = stackalloc double[Frequencies * Frequencies];
        Transform(small.Pixels, spectrum);
        Span<double> sorted = stackalloc double[spectrum.Length];
        spectrum.CopyTo(sorted);
        sorted.Sort();
        double median = (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
        ulong bits = 0;
        foreach (double value in spectrum)
        {
            bits = (bits << 1) | (value > median ? 1UL : 0UL);
        }

        return new(bits);
    }

    /// <summary>In how many of the 64 bits two hashes differ.</summary>
    public int DistanceTo(PerceptualHash other) => BitOperations.PopCount(Bits ^ other.Bits);

    /// <summary>16 digits of lower-case hex.</summary>
    public override string ToString() => Bits.ToString("x16", CultureInfo.InvariantCulture);

    // DCT-II along the rows, then along the columns, of the frequencies that count.
    private static void Transform(ReadOnlySpan<byte> pixels, Span<double> spectrum)
    {
        Span<double> rows = stackalloc double[Side * Frequencies];
        for (int y = 0; y < Side; y++)
        {
            for (int u = 0; u < Frequencies; u++)
            {
                double sum = 0;
                for (int x = 0; x < Side; x++)
                {
                    sum += pixels[(y * Side) + x] * Cosines[(u * Side) + x];
                }

                rows[(y * Frequencies) + u] = sum;
            }
        }

        for (int v = 0; v < Frequencies; v++)
        {
            for (int u = 0; u < Frequencies; u++)
            {
                double sum = 0;
                for (int y = 0; y < Side; y++)
                {
                    sum += rows[(y * Frequencies) + u] * Cosines[(v * Side) + y];
                }

                spectrum[(v * Frequencies) + u] = Math.Abs(sum) < Nothing ? 0 : sum;
            }
        }
    }

    private static double[] MakeCosines()
    {
        double[] cosines = new double[Frequencies * Side];
        for (int u = 0; u < Frequencies; u++)
        {
            for (int x = 0; x < Side; x++)
            {
                cosines[(u * Side) + x] = Math.Cos(Math.PI * ((2 * x) + 1) * u / (2 * Side));
            }
        }

        return cosines;
    }
}
