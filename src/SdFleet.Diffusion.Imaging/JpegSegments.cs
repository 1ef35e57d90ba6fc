using System.Buffers.Binary;

namespace SdFleet.Diffusion.Imaging;

/// <summary>
/// What the segments before a JPEG file's pixels say that its decoder does not: how the camera was held (EXIF 2.3, 4.6.4: tag 0x0112), and
/// whether Adobe wrote it. Damaged segments say nothing.
/// </summary>
/// <param name="Orientation">1 to 8; 1 is upright.</param>
/// <param name="IsAdobe">Whether there is an Adobe segment: then CMYK is stored inverted.</param>
internal readonly record struct JpegSegments(int Orientation, bool IsAdobe)
{
    private const int Upright = 1, LastOrientation = 8;
    private const byte Marker = 0xFF, StartOfScan = 0xDA, App1 = 0xE1, App14 = 0xEE;
    private const int OrientationTag = 0x0112, ShortType = 3;
    private const int TiffHeaderBytes = 8, EntryBytes = 12, LengthBytes = 2;

    /// <summary>Reads the segments up to the first scan.</summary>
    public static JpegSegments Read(ReadOnlySpan<byte> file)
    {
        JpegSegments found = new(Upright, false);

        // After the start of the image: FF, the marker, the length with its own two bytes, the data.
        int position = 2;
        while (position + 2 + LengthBytes <= file.Length && file[position] == Marker && file[position + 1] != StartOfScan)
        {
            byte marker = file[position + 1];
            if (marker == Marker)
            {
                position++;
                continue;
            }

            int length = BinaryPrimitives.ReadUInt16BigEndian(file[(position + 2)..]);
            if (length < LengthBytes || position + 2 + length > file.Length)
            {
                break;
            }

            ReadOnlySpan<byte> data = file.Slice(position + 2 + LengthBytes, length - LengthBytes);
            if (marker == App1 && data.StartsWith("Exif\0\0"u8))
            {
                found = found with { Orientation = ReadOrientation(data[6..]) };
            }
            else if (marker == App14 && data.StartsWith("Adobe"u8))
            {
                found = found with { IsAdobe = true };
            }

            position += 2 + length;
        }

        return found;
    }

    // A TIFF file: byte order, 42, where the first directory is; there a count, and entries of tag, type, count and value.
    private static int ReadOrientation(ReadOnlySpan<byte> tiff)
    {
        bool little = tiff.StartsWith("II*\0"u8);
        if (tiff.Length < TiffHeaderBytes || (!little && !tiff.StartsWith("MM\0*"u8)))
        {
            return Upright;
        }

        uint start = little ? BinaryPrimitives.ReadUInt32LittleEndian(tiff[4..]) : BinaryPrimitives.ReadUInt32BigEndian(tiff[4..]);
        if (start > tiff.Length - LengthBytes)
        {
            return Upright;
        }

        ReadOnlySpan<byte> entries = tiff[((int)start + LengthBytes)..];
        for (int left = Short(tiff[(int)start..], little); left > 0 && entries.Length >= EntryBytes; left--)
        {
            if (Short(entries, little) == OrientationTag)
            {
                int value = Short(entries[8..], little);
                return Short(entries[2..], little) == ShortType && value is >= Upright and <= LastOrientation ? value : Upright;
            }

            entries = entries[EntryBytes..];
        }

        return Upright;
    }

    private static ushort Short(ReadOnlySpan<byte> bytes, bool little) =>
        little ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : BinaryPrimitives.ReadUInt16BigEndian(bytes);
}
