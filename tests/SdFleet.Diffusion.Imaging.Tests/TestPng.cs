using System.Buffers.Binary;
using System.IO.Compression;

namespace SdFleet.Diffusion.Imaging.Tests;

/// <summary>PNG files of any color type, which the library itself does not write.</summary>
internal static class TestPng
{
    public const byte Gray = 0, Rgb = 2, Palette = 3, GrayAlpha = 4, Rgba = 6;

    /// <param name="width">Pixels.</param>
    /// <param name="height">Pixels.</param>
    /// <param name="colorType">The color type.</param>
    /// <param name="bitDepth">Bits a channel.</param>
    /// <param name="rows">The rows, one behind the other, as the file has them before filtering.</param>
    /// <param name="palette">The PLTE chunk.</param>
    /// <param name="transparency">The tRNS chunk.</param>
    public static byte[] Build(
        int width, int height, byte colorType, byte bitDepth, byte[] rows, byte[]? palette = null, byte[]? transparency = null)
    {
        using MemoryStream file = new();
        file.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]);
        byte[] header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        header[8] = bitDepth;
        header[9] = colorType;
        PngChunkWriter.Write(file, "IHDR"u8, header);
        if (palette is not null)
        {
            PngChunkWriter.Write(file, "PLTE"u8, palette);
        }

        if (transparency is not null)
        {
            PngChunkWriter.Write(file, "tRNS"u8, transparency);
        }

        using MemoryStream data = new();
        using (ZLibStream zlib = new(data, CompressionLevel.Fastest, leaveOpen: true))
        {
            int rowBytes = rows.Length / height;
            for (int y = 0; y < height; y++)
            {
                zlib.WriteByte(0);
                zlib.Write(rows.AsSpan(y * rowBytes, rowBytes));
            }
        }

        PngChunkWriter.Write(file, "IDAT"u8, data.ToArray());
        PngChunkWriter.Write(file, "IEND"u8, []);
        return file.ToArray();
    }

    /// <summary>Makes the checksum of each chunk right again, as far as the chunks can be told.</summary>
    public static void RepairChecksums(Span<byte> file)
    {
        int position = 8;
        while (position + 12 <= file.Length)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(file[position..]);
            if (length < 0 || length > file.Length - position - 12)
            {
                return;
            }

            uint checksum = Crc32.Finish(Crc32.Add(Crc32.Start, file.Slice(position + 4, length + 4)));
            BinaryPrimitives.WriteUInt32BigEndian(file[(position + 8 + length)..], checksum);
            position += 12 + length;
        }
    }
}
