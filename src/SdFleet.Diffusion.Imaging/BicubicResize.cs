namespace SdFleet.Diffusion.Imaging;

/// <summary>
/// Resizes as PyTorch's <c>interpolate(mode="bicubic", align_corners=False)</c> does: a cubic over four neighbours whatever the scale, so
/// nothing is averaged where the result is much smaller; the border is repeated.
/// </summary>
internal static class BicubicResize
{
    private const int Taps = 4;

    // The slope of the cubic at 1; other libraries take -0.5.
    private const double A = -0.75;

    /// <summary>Resizes one plane.</summary>
    /// <param name="source">The plane, row after row.</param>
    /// <param name="width">Its columns.</param>
    /// <param name="height">Its rows.</param>
    /// <param name="destination">Receives the result.</param>
    /// <param name="newWidth">Columns of the result.</param>
    /// <param name="newHeight">Rows of the result.</param>
    public static void Resize(ReadOnlySpan<float> source, int width, int height, Span<float> destination, int newWidth, int newHeight)
    {
        (int[] columns, double[] columnWeights) = Neighbours(width, newWidth);
        (int[] rows, double[] rowWeights) = Neighbours(height, newHeight);
        for (int y = 0; y < newHeight; y++)
        {
            for (int x = 0; x < newWidth; x++)
            {
                double sum = 0;
                for (int i = 0; i < Taps; i++)
                {
                    ReadOnlySpan<float> row = source.Slice(rows[(y * Taps) + i] * width, width);
                    double across = 0;
                    for (int j = 0; j < Taps; j++)
                    {
                        across += columnWeights[(x * Taps) + j] * row[columns[(x * Taps) + j]];
                    }

                    sum += rowWeights[(y * Taps) + i] * across;
                }

                destination[(y * newWidth) + x] = (float)sum;
            }
        }
    }

    /// <summary>For each position of the result: the four positions it is made of, and their weights.</summary>
    private static (int[] Positions, double[] Weights) Neighbours(int size, int newSize)
    {
        int[] positions = new int[newSize * Taps];
        double[] weights = new double[newSize * Taps];
        for (int i = 0; i < newSize; i++)
        {
            double center = ((i + 0.5) * size / newSize) - 0.5;
            int left = (int)Math.Floor(center);
            for (int tap = 0; tap < Taps; tap++)
            {
                int position = left - 1 + tap;
                positions[(i * Taps) + tap] = Math.Clamp(position, 0, size - 1);
                weights[(i * Taps) + tap] = Weight(Math.Abs(center - position));
            }
        }

        return (positions, weights);
    }

    private static double Weight(double distance) => distance <= 1
        ? ((((A + 2) * distance) - (A + 3)) * distance * distance) + 1
        : (((((A * distance) - (5 * A)) * distance) + (8 * A)) * distance) - (4 * A);
}
