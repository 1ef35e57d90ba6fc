namespace SdFleet.Diffusion.Imaging;

/// <summary>An image in memory of one channel: 8 bits a pixel, rows from the top without padding. Masks are such.</summary>
public sealed class GrayImage
{
    /// <summary>The lowest level that counts as white where only black and white are told apart.</summary>
    internal const byte White = 128;

    private readonly byte[] _pixels;

    /// <summary>A black image.</summary>
    /// <param name="width">Pixels, 1 to <see cref="RgbImage.MaxSide"/>.</param>
    /// <param name="height">Pixels, 1 to <see cref="RgbImage.MaxSide"/>.</param>
    public GrayImage(int width, int height)
        : this(width, height, new byte[RgbImage.CountValues(width, height, channels: 1)])
    {
    }

    /// <summary>An image over pixels that are already there; they are not copied.</summary>
    /// <param name="width">Pixels, 1 to <see cref="RgbImage.MaxSide"/>.</param>
    /// <param name="height">Pixels, 1 to <see cref="RgbImage.MaxSide"/>.</param>
    /// <param name="pixels">Exactly width × height bytes.</param>
    public GrayImage(int width, int height, byte[] pixels)
    {
        RgbImage.ThrowIfNotOf(width, height, channels: 1, "gray", pixels);
        Width = width;
        Height = height;
        _pixels = pixels;
    }

    /// <summary>Pixels in a row.</summary>
    public int Width { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>All bytes, row after row.</summary>
    public Span<byte> Pixels => _pixels;

    /// <summary>The brightness of an image in color, weighed as in ITU-R BT.601 and rounded as Pillow's mode "L" is.</summary>
    public static GrayImage FromRgb(RgbImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        GrayImage gray = new(image.Width, image.Height);
        ReadOnlySpan<byte> colors = image.Pixels;
        Span<byte> levels = gray.Pixels;
        for (int i = 0; i < levels.Length; i++)
        {
            ReadOnlySpan<byte> color = colors.Slice(i * RgbImage.Channels, RgbImage.Channels);

            // 0.299, 0.587 and 0.114 in units of 1/65536, and half a unit of the result.
            levels[i] = (byte)(((color[0] * 19595) + (color[1] * 38470) + (color[2] * 7471) + 0x8000) >> 16);
        }

        return gray;
    }
}
