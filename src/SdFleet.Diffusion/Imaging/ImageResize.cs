namespace SdFleet.Diffusion.Imaging;

/// <summary>
/// Resizes images as Pillow does: one pass a direction, the filter as wide as a pixel of the result, cut at the border and brought back to
/// a sum of 1. Computed in float32 and rounded once, so a level may differ from Pillow's 8-bit passes by one.
/// </summary>
public static class ImageResize
{
    /// <summary>The image in another size.</summary>
    /// <param name="image">The image.</param>
    /// <param name="width">Pixels of the result, 1 to <see cref="RgbImage.MaxSide"/>.</param>
    /// <param name="height">Pixels of the result, 1 to <see cref="RgbImage.MaxSide"/>.</param>
    /// <param name="filter">The filter.</param>
    public static RgbImage Resize(RgbImage image, int width, int height, ResizeFilter filter = ResizeFilter.Lanczos)
    {
        ArgumentNullException.ThrowIfNull(image);
        RgbImage result = new(width, height);
        Resize(image.Pixels, image.Width, image.Height, RgbImage.Channels, result.Pixels, width, height, filter);
        return result;
    }

    /// <summary>The image in another size.</summary>
    /// <inheritdoc cref="Resize(RgbImage, int, int, ResizeFilter)"/>
    public static GrayImage Resize(GrayImage image, int width, int height, ResizeFilter filter = ResizeFilter.Bilinear)
    {
        ArgumentNullException.ThrowIfNull(image);
        GrayImage result = new(width, height);
        Resize(image.Pixels, image.Width, image.Height, channels: 1, result.Pixels, width, height, filter);
        return result;
    }

    private static void Resize(
        ReadOnlySpan<byte> source, int width, int height, int channels, Span<byte> destination, int newWidth, int newHeight, ResizeFilter filter)
    {
        ResizeWeights across = ResizeWeights.Create(width, newWidth, filter);
        ResizeWeights down = ResizeWeights.Create(height, newHeight, filter);
        int rowLength = newWidth * channels;

        // Only as many rows of the first pass are kept as a row of the second is made of.
        float[] rows = new float[down.Taps * rowLength];
        float[] sums = new float[rowLength];
        int known = 0;
        for (int y = 0; y < newHeight; y++)
        {
            int first = down.First(y), count = down.Weights(y).Length;
            for (known = Math.Max(known, first); known < first + count; known++)
            {
                ReadOnlySpan<byte> from = source.Slice(known * width * channels, width * channels);
                across.Apply(from, channels, rows.AsSpan(known % down.Taps * rowLength, rowLength));
            }

            Array.Clear(sums);
            for (int tap = 0; tap < count; tap++)
            {
                float weight = down.Weights(y)[tap];
                ReadOnlySpan<float> row = rows.AsSpan((first + tap) % down.Taps * rowLength, rowLength);
                for (int i = 0; i < sums.Length; i++)
                {
                    sums[i] += weight * row[i];
                }
            }

            Span<byte> result = destination.Slice(y * rowLength, rowLength);
            for (int i = 0; i < sums.Length; i++)
            {
                result[i] = (byte)Math.Clamp(MathF.Round(sums[i]), byte.MinValue, byte.MaxValue);
            }
        }
    }
}
