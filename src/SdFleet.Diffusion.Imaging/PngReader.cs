using SdFleet.Diffusion.Imaging.Native;

namespace SdFleet.Diffusion.Imaging;

/// <summary>
/// Reads PNG files with libspng, and their texts. The size in the header is checked before memory for the pixels is taken.
/// <see cref="ImageReader"/> also reads other formats, and honours transparency.
/// </summary>
public static class PngReader
{
    /// <summary>The most pixels that are read unless the caller says otherwise: 64 million.</summary>
    public const long DefaultMaxPixels = 64_000_000;

    /// <summary>Decodes an image to RGB; gray and palettes are expanded, 16 bits cut to 8, transparency dropped.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="maxPixels">Files with more pixels than this are refused.</param>
    /// <exception cref="InvalidDataException">The bytes are no PNG, are damaged, or the image is too large.</exception>
    public static RgbImage Read(ReadOnlySpan<byte> file, long maxPixels = DefaultMaxPixels)
    {
        using SpngDecoder decoder = new(file, new() { MaxPixels = maxPixels, MaxSide = RgbImage.MaxSide });
        return decoder.ReadPixels();
    }

    /// <summary>The text chunks of a file in their order, without decoding its pixels.</summary>
    /// <param name="file">The whole file.</param>
    /// <exception cref="InvalidDataException">The bytes are no PNG, or are damaged.</exception>
    public static IReadOnlyList<PngText> ReadTexts(ReadOnlySpan<byte> file)
    {
        using SpngDecoder decoder = new(file, ImageLimits.Default);
        return decoder.ReadTexts();
    }
}
