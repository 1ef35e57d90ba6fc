using System.Buffers.Binary;

namespace SdFleet.Diffusion.Imaging;

/// <summary>The CRC-32 of PNG and zlib (polynomial 0xEDB88320, reflected), eight bytes at a time.</summary>
internal static class Crc32
{
    /// <summary>The state before the first byte.</summary>
    public const uint Start = 0xFFFFFFFF;

    private const uint Polynomial = 0xEDB88320;
    private const int Slices = 8;

    private static readonly uint[][] SliceTables = CreateTables();

    /// <summary>The state after more bytes.</summary>
    public static uint Add(uint state, ReadOnlySpan<byte> data)
    {
        uint[][] t = SliceTables;
        for (; data.Length >= Slices; data = data[Slices..])
        {
            uint low = state ^ BinaryPrimitives.ReadUInt32LittleEndian(data);
            uint high = BinaryPrimitives.ReadUInt32LittleEndian(data[4..]);
            state = t[7][low & 0xFF] ^ t[6][(low >> 8) & 0xFF] ^ t[5][(low >> 16) & 0xFF] ^ t[4][low >> 24]
                ^ t[3][high & 0xFF] ^ t[2][(high >> 8) & 0xFF] ^ t[1][(high >> 16) & 0xFF] ^ t[0][high >> 24];
        }

        foreach (byte value in data)
        {
            state = t[0][(state ^ value) & 0xFF] ^ (state >> 8);
        }

        return state;
    }

    /// <summary>The checksum of all bytes added.</summary>
    public static uint Finish(uint state) => ~state;

    // Table k is the effect of a byte that is followed by k zero bytes.
    private static uint[][] CreateTables()
    {
        uint[][] tables = [.. Enumerable.Range(0, Slices).Select(_ => new uint[256])];
        for (uint value = 0; value < 256; value++)
        {
            uint state = value;
            for (int bit = 0; bit < 8; bit++)
            {
                state = (state >> 1) ^ ((state & 1) * Polynomial);
            }

            tables[0][value] = state;
        }

        for (int slice = 1; slice < Slices; slice++)
        {
            for (int value = 0; value < 256; value++)
            {
                uint state = tables[slice - 1][value];
                tables[slice][value] = tables[0][state & 0xFF] ^ (state >> 8);
            }
        }

        return tables;
    }
}
