using SdFleet.Diffusion.Schedulers;

namespace SdFleet.Diffusion.Adapters;

/// <summary>The arithmetic of LoRAs.</summary>
internal static class LoraMath
{
    /// <summary>Adds a change to a weight.</summary>
    /// <param name="weight">[out, in], or [in, out] where it is <paramref name="transposed"/>.</param>
    /// <param name="delta">The change.</param>
    /// <param name="transposed">Whether the weight is stored the other way round.</param>
    public static void Add(float[] weight, LoraDelta delta, bool transposed)
    {
        int rank = delta.Rank;
        (float[] left, float[] right) = transposed
            ? (Transpose(delta.Down, rank), Transpose(delta.Up, delta.Up.Length / rank))
            : (delta.Up, delta.Down);
        (int rows, int columns) = (left.Length / rank, right.Length / rank);

        // The change of a row is summed up first, as the weight's own size would swallow the small terms.
        Parallel.For(0, rows, () => new float[columns], (row, _, change) =>
        {
            Array.Clear(change);
            for (int i = 0; i < rank; i++)
            {
                VectorMath.AddScaled(change, left[row * rank + i], right.AsSpan(i * columns, columns));
            }

            VectorMath.AddScaled(weight.AsSpan(row * columns, columns), delta.Factor, change);
            return change;
        }, _ => { });
    }

    /// <summary>Joins the two inner matrices of a convolution that was taken apart into three: down' = mid x down.</summary>
    /// <param name="down">[rank, in].</param>
    /// <param name="mid">[rank, rank, window].</param>
    /// <param name="rank">The inner dimension.</param>
    /// <returns>[rank, in, window].</returns>
    public static float[] Widen(float[] down, float[] mid, int rank)
    {
        (int width, int window) = (down.Length / rank, mid.Length / (rank * rank));
        float[] joined = new float[rank * width * window];
        for (int outer = 0; outer < rank; outer++)
        {
            for (int inner = 0; inner < rank; inner++)
            {
                ReadOnlySpan<float> kernel = mid.AsSpan((outer * rank + inner) * window, window);
                for (int channel = 0; channel < width; channel++)
                {
                    VectorMath.AddScaled(
                        joined.AsSpan((outer * width + channel) * window, window), down[inner * width + channel], kernel);
                }
            }
        }

        return joined;
    }

    private static float[] Transpose(float[] matrix, int rows)
    {
        int columns = matrix.Length / rows;
        float[] transposed = new float[matrix.Length];
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++)
            {
                transposed[column * rows + row] = matrix[row * columns + column];
            }
        }

        return transposed;
    }
}
