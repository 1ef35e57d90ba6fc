namespace SdFleet.Diffusion.Imaging;

/// <summary>How large an image file may be that somebody else has sent. What is larger is refused before memory for it is taken.</summary>
/// <remarks>
/// While an image is read, up to 20 bytes a pixel are held besides the file: the most by a progressive JPEG that is to be turned, whose
/// coefficients, pixels and upright pixels are there at once.
/// </remarks>
public sealed record ImageLimits
{
    /// <summary>The limits that hold unless the caller says otherwise.</summary>
    public static ImageLimits Default { get; } = new();

    /// <summary>The most pixels. Default: 64 million.</summary>
    public long MaxPixels { get; init; } = PngReader.DefaultMaxPixels;

    /// <summary>The longest side in pixels. Default: 16384; never more than <see cref="RgbImage.MaxSide"/>.</summary>
    public int MaxSide { get; init; } = 16_384;

    /// <summary>The most bytes of a file that is read from a stream. Default: 256 MiB.</summary>
    public long MaxFileBytes { get; init; } = 256L << 20;

    /// <summary>Refuses the size that a header says.</summary>
    internal void Check(string format, long width, long height)
    {
        if (width < 1 || height < 1)
        {
            throw new InvalidDataException(FormattableString.Invariant($"The {format} file is {width}x{height}; it has no pixels."));
        }

        int side = Math.Min(MaxSide, RgbImage.MaxSide);
        if (width > side || height > side)
        {
            throw new InvalidDataException(
                FormattableString.Invariant($"The {format} file is {width}x{height}, with a side above the limit of {side} pixels."));
        }

        if (width * height > MaxPixels)
        {
            throw new InvalidDataException(
                FormattableString.Invariant($"The {format} file is {width}x{height}, more than the limit of {MaxPixels} pixels."));
        }
    }
}
