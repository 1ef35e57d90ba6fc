using System.Runtime.InteropServices;

namespace SdFleet.Diffusion.Weights;

/// <summary>Real numbers as weight files store them: little-endian, two bytes each.</summary>
internal static class FloatFormats
{
    /// <summary>Reads float16.</summary>
    public static void FromHalf(ReadOnlySpan<byte> bytes, Span<float> values)
    {
        ReadOnlySpan<Half> halves = MemoryMarshal.Cast<byte, Half>(bytes);
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (float)halves[i];
        }
    }

    /// <summary>Reads bfloat16, the upper half of a float32.</summary>
    public static void FromBFloat16(ReadOnlySpan<byte> bytes, Span<float> values)
    {
        ReadOnlySpan<ushort> upper = MemoryMarshal.Cast<byte, ushort>(bytes);
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = BitConverter.UInt32BitsToSingle((uint)upper[i] << 16);
        }
    }

    /// <summary>Writes float16, rounded to the nearest.</summary>
    public static byte[] ToHalf(ReadOnlySpan<float> values)
    {
        byte[] bytes = new byte[values.Length * sizeof(ushort)];
        Span<Half> halves = MemoryMarshal.Cast<byte, Half>(bytes.AsSpan());
        for (int i = 0; i < values.Length; i++)
        {
            halves[i] = (Half)values[i];
        }

        return bytes;
    }
}
