using System.Buffers.Binary;

namespace SdFleet.Api.Inputs;

/// <summary>What the first bytes of a picture's file say of it. Nothing is decoded; that is a worker's work.</summary>
/// <param name="ContentType">Its media type.</param>
/// <param name="Width">Width in pixels, as they are stored: before a JPEG is turned upright.</param>
/// <param name="Height">Height in pixels, likewise.</param>
internal readonly record struct PictureHeader(string ContentType, int Width, int Height)
{
    public const string Png = "image/png";
    public const string Jpeg = "image/jpeg";
    public const string WebP = "image/webp";

    private static ReadOnlySpan<byte> PngSignature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>Reads it; null where the file is no PNG, JPEG or WebP, or its header is damaged.</summary>
    public static PictureHeader? Read(ReadOnlySpan<byte> file) =>
        file.StartsWith(PngSignature) ? ReadPng(file)
        : file.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]) ? ReadJpeg(file)
        : file.Length > 16 && file.StartsWith("RIFF"u8) && file[8..].StartsWith("WEBP"u8) ? ReadWebP(file[12..])
        : null;

    // PNG, 5.6: the first chunk is IHDR, which begins with width and height.
    private static PictureHeader? ReadPng(ReadOnlySpan<byte> file)
    {
        const int Chunk = 8, Name = Chunk + 4, Size = Chunk + 8;
        return file.Length >= Size + 8 && file[Name..].StartsWith("IHDR"u8)
            ? Of(Png, BinaryPrimitives.ReadUInt32BigEndian(file[Size..]), BinaryPrimitives.ReadUInt32BigEndian(file[(Size + 4)..]))
            : null;
    }

    // ITU-T T.81, B.2.2: segments of FF, a marker and a length, up to the frame header, which has the size.
    private static PictureHeader? ReadJpeg(ReadOnlySpan<byte> file)
    {
        var at = 2;
        while (at + 9 <= file.Length && file[at] == 0xFF)
        {
            var marker = file[at + 1];
            if (marker == 0xFF)
            {
                // Fill bytes may stand before a marker.
                at++;
                continue;
            }

            if (IsFrame(marker))
            {
                return Of(Jpeg, BinaryPrimitives.ReadUInt16BigEndian(file[(at + 7)..]), BinaryPrimitives.ReadUInt16BigEndian(file[(at + 5)..]));
            }

            at += 2 + BinaryPrimitives.ReadUInt16BigEndian(file[(at + 2)..]);
        }

        return null;

        // C4, C8 and CC are tables and a reserved one.
        static bool IsFrame(byte marker) => marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC);
    }

    // RFC 9649: lossy, lossless, or extended, which has the canvas.
    private static PictureHeader? ReadWebP(ReadOnlySpan<byte> chunk)
    {
        if (chunk.Length < 18)
        {
            return null;
        }

        var data = chunk[8..];
        if (chunk.StartsWith("VP8X"u8))
        {
            return Of(WebP, 1 + UInt24(data[4..]), 1 + UInt24(data[7..]));
        }

        if (chunk.StartsWith("VP8L"u8) && data[0] == 0x2F)
        {
            var bits = BinaryPrimitives.ReadUInt32LittleEndian(data[1..]);
            return Of(WebP, 1 + (bits & 0x3FFF), 1 + ((bits >> 14) & 0x3FFF));
        }

        return chunk.StartsWith("VP8 "u8) && data[3..].StartsWith((ReadOnlySpan<byte>)[0x9D, 0x01, 0x2A])
            ? Of(WebP, BinaryPrimitives.ReadUInt16LittleEndian(data[6..]) & 0x3FFFu, BinaryPrimitives.ReadUInt16LittleEndian(data[8..]) & 0x3FFFu)
            : null;
    }

    private static uint UInt24(ReadOnlySpan<byte> data) => data[0] | ((uint)data[1] << 8) | ((uint)data[2] << 16);

    private static PictureHeader? Of(string type, uint width, uint height) =>
        width is > 0 and <= int.MaxValue && height is > 0 and <= int.MaxValue ? new PictureHeader(type, (int)width, (int)height) : null;
}
