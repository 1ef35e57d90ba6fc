namespace SdFleet.Diffusion.Imaging.Sheets;

/// <summary>Small pictures.</summary>
public static class Thumbnail
{
    private const byte Paper = 250;

    /// <summary>The picture no larger than a square, in its own proportions; one that fits stays as it is.</summary>
    /// <param name="image">The picture.</param>
    /// <param name="side">The square's, in pixels.</param>
    public static RgbImage Within(RgbImage image, int side)
    {
        ArgumentNullException.ThrowIfNull(image);
        var scale = Math.Min(1, (double)side / Math.Max(image.Width, image.Height));
        return scale >= 1 ? image : ImageResize.Resize(
            image, Math.Max(1, (int)Math.Round(image.Width * scale)), Math.Max(1, (int)Math.Round(image.Height * scale)));
    }

    /// <summary>The picture in the middle of a square of paper, so that pictures of any size stand on one sheet.</summary>
    /// <param name="image">The picture.</param>
    /// <param name="side">The square's, in pixels.</param>
    public static RgbImage Square(RgbImage image, int side)
    {
        var small = Within(image, side);
        var square = new RgbImage(side, side);
        square.Pixels.Fill(Paper);
        var (left, top) = ((side - small.Width) / 2, (side - small.Height) / 2);
        for (var y = 0; y < small.Height; y++)
        {
            small.Row(y).CopyTo(square.Row(top + y)[(left * RgbImage.Channels)..]);
        }

        return square;
    }
}
