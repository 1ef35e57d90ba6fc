namespace SdFleet.Diffusion.Imaging;

/// <summary>Puts images of one size on a sheet, row by row.</summary>
public static class ImageGrid
{
    /// <summary>Composes the sheet.</summary>
    /// <param name="images">At least one image; all of one size.</param>
    /// <param name="columns">Images in a row; 0 chooses the most square sheet.</param>
    /// <param name="padding">Pixels between images and around the sheet, 0 or more.</param>
    /// <param name="background">Gray level of the padding and of empty places, 0 to 255.</param>
    /// <exception cref="ArgumentException">No image, or images of several sizes.</exception>
    public static RgbImage Compose(IReadOnlyList<RgbImage> images, int columns = 0, int padding = 0, byte background = 255)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentOutOfRangeException.ThrowIfNegative(columns);
        ArgumentOutOfRangeException.ThrowIfNegative(padding);
        if (images.Count == 0)
        {
            throw new ArgumentException("A grid needs at least one image.", nameof(images));
        }

        int width = images[0].Width;
        int height = images[0].Height;
        if (images.FirstOrDefault(i => i.Width != width || i.Height != height) is { } other)
        {
            throw new ArgumentException(
                FormattableString.Invariant(
                    $"A grid takes images of one size; there are {width}x{height} and {other.Width}x{other.Height}."),
                nameof(images));
        }

        columns = Math.Min(columns == 0 ? (int)Math.Ceiling(Math.Sqrt(images.Count)) : columns, images.Count);
        int rows = (images.Count + columns - 1) / columns;
        RgbImage sheet = new(checked((columns * (width + padding)) + padding), checked((rows * (height + padding)) + padding));
        sheet.Pixels.Fill(background);
        for (int i = 0; i < images.Count; i++)
        {
            int left = padding + (i % columns * (width + padding));
            int top = padding + (i / columns * (height + padding));
            for (int y = 0; y < height; y++)
            {
                images[i].Row(y).CopyTo(sheet.Row(top + y)[(left * RgbImage.Channels)..]);
            }
        }

        return sheet;
    }
}
