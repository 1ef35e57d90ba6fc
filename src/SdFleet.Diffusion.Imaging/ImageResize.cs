namespace SdFleet.Diffusion.Imaging;

/// <summary>
/// Resizes images as Pillow's <c>Image.resize</c> does, bit for bit: the filter is widened where the result is smaller, so that all pixels
/// count; weights are fixed-point numbers, and each of the two passes, across first, rounds to 8 bits. Image processors of models are
/// built on this, unlike <see cref="BicubicResize"/>.
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
        byte[] rows = new byte[down.Taps * rowLength];
        int[] sums = new int[rowLength];
        int known = 0;
        for (int y = 0; y < newHeight; y++)
        {
            int first = down.First(y), count = down.Weights(y).Length;
            for (known = Math.Max(known, first); known < first + count; known++)
            {
                ReadOnlySpan<byte> from = source.Slice(known * width * channels, width * channels);
                across.Apply(from, channels, rows.AsSpan(known % down.Taps * rowLength, rowLength));
            }

            Array.Fill(sums, ResizeWeights.Half);
            for (int tap = 0; tap < count; tap++)
            {
                int weight = down.Weights(y)[tap];
                ReadOnlySpan<byte> row = rows.AsSpan((first + tap) % down.Taps * rowLength, rowLength);
                for (int i = 0; i < sums.Length; i++)
                {
                    sums[i] += weight * row[i];
                }
            }

            Span<byte> result = destination.Slice(y * rowLength, rowLength);
            for (int i = 0; i < sums.Length; i++)
            {
                result[i] = ResizeWeights.ToLevel(sums[i]);
            }
        }
    }
}
