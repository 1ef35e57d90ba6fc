namespace SdFleet.Diffusion.Imaging;

/// <summary>Turns images upright as EXIF's orientation says (EXIF 2.3, 4.6.4).</summary>
internal static class Orientation
{
    /// <summary>The image upright; the same object where it is already.</summary>
    /// <param name="image">The image as it is stored.</param>
    /// <param name="orientation">1 to 8.</param>
    public static RgbImage Upright(RgbImage image, int orientation)
    {
        if (orientation == 1)
        {
            return image;
        }

        // From 5 on, rows and columns change places.
        bool transposed = orientation >= 5;
        RgbImage upright = transposed ? new(image.Height, image.Width) : new(image.Width, image.Height);
        ReadOnlySpan<byte> from = image.Pixels;
        int lastX = image.Width - 1, lastY = image.Height - 1;
        for (int y = 0; y < upright.Height; y++)
        {
            Span<byte> row = upright.Row(y);
            for (int x = 0; x < upright.Width; x++)
            {
                (int column, int line) = orientation switch
                {
                    2 => (lastX - x, y),
                    3 => (lastX - x, lastY - y),
                    4 => (x, lastY - y),
                    5 => (y, x),
                    6 => (y, lastY - x),
                    7 => (lastX - y, lastY - x),
                    _ => (lastX - y, x),
                };
                from.Slice(((line * image.Width) + column) * RgbImage.Channels, RgbImage.Channels).CopyTo(row[(x * RgbImage.Channels)..]);
            }
        }

        return upright;
    }
}
