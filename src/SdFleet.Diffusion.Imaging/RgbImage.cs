using System.Globalization;

namespace SdFleet.Diffusion.Imaging;

/// <summary>An image in memory: 8 bits a channel, red, green, blue, rows from the top without padding.</summary>
public sealed class RgbImage
{
    /// <summary>Bytes a pixel.</summary>
    public const int Channels = 3;

    /// <summary>The largest side that this library makes or reads, in pixels.</summary>
    public const int MaxSide = 32_768;

    private readonly byte[] _pixels;

    /// <summary>A black image.</summary>
    /// <param name="width">Pixels, 1 to <see cref="MaxSide"/>.</param>
    /// <param name="height">Pixels, 1 to <see cref="MaxSide"/>.</param>
    public RgbImage(int width, int height)
        : this(width, height, new byte[CountValues(width, height, Channels)])
    {
    }

    /// <summary>An image over pixels that are already there; they are not copied.</summary>
    /// <param name="width">Pixels, 1 to <see cref="MaxSide"/>.</param>
    /// <param name="height">Pixels, 1 to <see cref="MaxSide"/>.</param>
    /// <param name="pixels">Exactly width × height × 3 bytes.</param>
    public RgbImage(int width, int height, byte[] pixels)
    {
        ThrowIfNotOf(width, height, Channels, "RGB", pixels);
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

    /// <summary>The bytes of one row.</summary>
    /// <param name="y">0 is the top row.</param>
    public Span<byte> Row(int y)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(y);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(y, Height);
        return _pixels.AsSpan(y * Width * Channels, Width * Channels);
    }

    /// <summary>Checks that pixels are those of an image of a size.</summary>
    internal static void ThrowIfNotOf(int width, int height, int channels, string kind, byte[] pixels)
    {
        ArgumentNullException.ThrowIfNull(pixels);
        int expected = CountValues(width, height, channels);
        if (pixels.Length != expected)
        {
            throw new ArgumentException(
                string.Create(CultureInfo.InvariantCulture, $"A {width}x{height} {kind} image has {expected} bytes, not {pixels.Length}."),
                nameof(pixels));
        }
    }

    /// <summary>The number of values in an image, its size checked.</summary>
    internal static int CountValues(int width, int height, int channels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(width, MaxSide);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(height, MaxSide);
        long count = (long)width * height * channels;
        return count <= Array.MaxLength
            ? (int)count
            : throw new ArgumentOutOfRangeException(nameof(height), height, "The image has more pixels than an array holds.");
    }
}
