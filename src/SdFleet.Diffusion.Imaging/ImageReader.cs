using SdFleet.Diffusion.Imaging.Native;

namespace SdFleet.Diffusion.Imaging;

/// <summary>
/// Reads PNG, JPEG and WebP files that somebody else has sent. The bytes say what a file is, not its name. The size in the header is
/// checked before memory for the pixels is taken, and a file that is damaged or cut off is refused, never shown in part.
/// </summary>
/// <remarks>
/// Gray and palettes are expanded, CMYK is converted without a color profile, 16 bits are cut to 8. JPEG is turned as its EXIF orientation
/// says. Of an animation nothing is read. Color profiles are ignored: all is taken for sRGB.
/// </remarks>
public static class ImageReader
{
    private const int ReadBytes = 1 << 16;

    /// <summary>Reads an image in color; what is transparent is laid on white.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="limits">How large it may be; null for <see cref="ImageLimits.Default"/>.</param>
    /// <exception cref="InvalidDataException">The file is of another format, damaged, cut off, an animation, or too large.</exception>
    /// <exception cref="PlatformNotSupportedException">The library for the format is not installed; the message names its package.</exception>
    public static RgbImage Read(ReadOnlySpan<byte> file, ImageLimits? limits = null) =>
        Decode(file, limits ?? ImageLimits.Default, byte.MaxValue);

    /// <inheritdoc cref="Read(ReadOnlySpan{byte}, ImageLimits?)"/>
    /// <param name="stream">The file, from where the stream stands to its end; left open.</param>
    /// <param name="limits">How large it may be; null for <see cref="ImageLimits.Default"/>.</param>
    public static RgbImage Read(Stream stream, ImageLimits? limits = null) => Read(ReadFile(stream, limits), limits);

    /// <summary>Reads a mask: the brightness of each pixel as <see cref="GrayImage.FromRgb"/>; what is transparent is laid on black.</summary>
    /// <inheritdoc cref="Read(ReadOnlySpan{byte}, ImageLimits?)"/>
    public static GrayImage ReadGray(ReadOnlySpan<byte> file, ImageLimits? limits = null) =>
        GrayImage.FromRgb(Decode(file, limits ?? ImageLimits.Default, background: 0));

    /// <inheritdoc cref="ReadGray(ReadOnlySpan{byte}, ImageLimits?)"/>
    /// <param name="stream">The file, from where the stream stands to its end; left open.</param>
    /// <param name="limits">How large it may be; null for <see cref="ImageLimits.Default"/>.</param>
    public static GrayImage ReadGray(Stream stream, ImageLimits? limits = null) => ReadGray(ReadFile(stream, limits), limits);

    /// <summary>
    /// Reads a depth map, brighter for nearer: 0 to 65535 of a PNG with 16 bits of gray, which keeps them all; else 0 to 255 as
    /// <see cref="ReadGray(ReadOnlySpan{byte}, ImageLimits?)"/>.
    /// </summary>
    /// <inheritdoc cref="Read(ReadOnlySpan{byte}, ImageLimits?)"/>
    public static DepthMap ReadDepth(ReadOnlySpan<byte> file, ImageLimits? limits = null)
    {
        if (ImageFormats.Sniff(file) == ImageFormat.Png)
        {
            using SpngDecoder decoder = new(file, limits ?? ImageLimits.Default);
            if (decoder.ReadGray16() is { } deep)
            {
                return deep;
            }
        }

        GrayImage gray = ReadGray(file, limits);
        float[] values = new float[gray.Pixels.Length];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = gray.Pixels[i];
        }

        return new(gray.Width, gray.Height, values);
    }

    /// <inheritdoc cref="ReadDepth(ReadOnlySpan{byte}, ImageLimits?)"/>
    /// <param name="stream">The file, from where the stream stands to its end; left open.</param>
    /// <param name="limits">How large it may be; null for <see cref="ImageLimits.Default"/>.</param>
    public static DepthMap ReadDepth(Stream stream, ImageLimits? limits = null) => ReadDepth(ReadFile(stream, limits), limits);

    private static RgbImage Decode(ReadOnlySpan<byte> file, ImageLimits limits, byte background)
    {
        switch (ImageFormats.Sniff(file))
        {
            case ImageFormat.Png:
                using (SpngDecoder decoder = new(file, limits))
                {
                    return decoder.ReadComposited(background);
                }

            case ImageFormat.Jpeg:
                return JpegDecoder.Decode(file, limits);
            default:
                return WebPDecoder.Decode(file, limits, background);
        }
    }

    private static byte[] ReadFile(Stream stream, ImageLimits? limits)
    {
        ArgumentNullException.ThrowIfNull(stream);
        long limit = Math.Min((limits ?? ImageLimits.Default).MaxFileBytes, Array.MaxLength);
        using MemoryStream file = new();
        byte[] buffer = new byte[ReadBytes];
        for (int read; (read = stream.Read(buffer)) > 0;)
        {
            if (file.Length + read > limit)
            {
                throw new InvalidDataException(FormattableString.Invariant($"The image file is larger than the limit of {limit} bytes."));
            }

            file.Write(buffer, 0, read);
        }

        return file.ToArray();
    }
}
