using System.Buffers.Binary;

namespace SdFleet.Diffusion.Imaging;

/// <summary>Writes the chunks of a PNG file: length, type, data, checksum (PNG 5.3).</summary>
internal static class PngChunkWriter
{
    private const int FrameBytes = 4;

    /// <param name="output">Where the chunk goes.</param>
    /// <param name="type">The four letters of the chunk type.</param>
    /// <param name="data">Its data.</param>
    public static void Write(Stream output, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        Span<byte> frame = stackalloc byte[FrameBytes];
        BinaryPrimitives.WriteInt32BigEndian(frame, data.Length);
        output.Write(frame);
        output.Write(type);
        output.Write(data);
        BinaryPrimitives.WriteUInt32BigEndian(frame, Crc32.Finish(Crc32.Add(Crc32.Add(Crc32.Start, type), data)));
        output.Write(frame);
    }
}
