using SdFleet.Diffusion.Imaging;

namespace SdFleet.Worker.Inference;

/// <summary>Brings pictures to a size they were not made for: scaled until they cover it, and cut on both sides alike.</summary>
public static class Cover
{
    /// <summary>A picture of the size.</summary>
    public static RgbImage Fit(RgbImage image, int width, int height)
    {
        ArgumentNullException.ThrowIfNull(image);
        var (w, h) = Scaled(image.Width, image.Height, width, height);
        var scaled = (w, h) == (image.Width, image.Height) ? image : ImageResize.Resize(image, w, h);
        return new RgbImage(width, height, Cut(scaled.Pixels, w, h, width, height, RgbImage.Channels));
    }

    /// <summary>A mask of the size.</summary>
    public static GrayImage Fit(GrayImage image, int width, int height)
    {
        ArgumentNullException.ThrowIfNull(image);
        var (w, h) = Scaled(image.Width, image.Height, width, height);
        var scaled = (w, h) == (image.Width, image.Height) ? image : ImageResize.Resize(image, w, h);
        return new GrayImage(width, height, Cut(scaled.Pixels, w, h, width, height, channels: 1));
    }

    private static (int Width, int Height) Scaled(int width, int height, int newWidth, int newHeight)
    {
        var scale = Math.Max((double)newWidth / width, (double)newHeight / height);
        return (Math.Max((int)Math.Round(width * scale), newWidth), Math.Max((int)Math.Round(height * scale), newHeight));
    }

    private static byte[] Cut(ReadOnlySpan<byte> pixels, int width, int height, int newWidth, int newHeight, int channels)
    {
        var cut = new byte[newWidth * newHeight * channels];
        var (left, top, rowBytes) = ((width - newWidth) / 2, (height - newHeight) / 2, newWidth * channels);
        for (var y = 0; y < newHeight; y++)
        {
            pixels.Slice((((top + y) * width) + left) * channels, rowBytes).CopyTo(cut.AsSpan(y * rowBytes));
        }

        return cut;
    }
}
