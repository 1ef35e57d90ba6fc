namespace SdFleet.Diffusion.Imaging;

/// <summary>Tells image files apart by their first bytes.</summary>
internal static class ImageFormats
{
    private const int ShownBytes = 12;

    private static ReadOnlySpan<byte> Png => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    private static ReadOnlySpan<byte> Jpeg => [0xFF, 0xD8, 0xFF];

    /// <summary>The format of a file.</summary>
    /// <exception cref="InvalidDataException">It is none that is read.</exception>
    public static ImageFormat Sniff(ReadOnlySpan<byte> file)
    {
        if (file.StartsWith(Png))
        {
            return ImageFormat.Png;
        }

        if (file.StartsWith(Jpeg))
        {
            return ImageFormat.Jpeg;
        }

        // RIFF, four bytes of length, WEBP.
        if (file.StartsWith("RIFF"u8) && file.Length >= ShownBytes && file[8..].StartsWith("WEBP"u8))
        {
            return ImageFormat.WebP;
        }

        throw new InvalidDataException(file.IsEmpty
            ? "The image file is empty."
            : $"The image file is neither PNG, JPEG nor WebP; it begins with {Convert.ToHexString(file[..Math.Min(ShownBytes, file.Length)])}.");
    }
}
