using System.Buffers.Binary;
using System.Text;

namespace SdFleet.Diffusion.Onnx.Graph;

/// <summary>Writes as much of Protocol Buffers' wire format as an edited model needs.</summary>
internal sealed class ProtobufWriter
{
    private const int Varint = 0;
    private const int LengthDelimited = 2;
    private const int Fixed32 = 5;

    private readonly List<byte> _bytes = [];

    public byte[] ToArray() => [.. _bytes];

    public ProtobufWriter Number(int field, long value)
    {
        WriteVarint((ulong)(field << 3 | Varint));
        WriteVarint((ulong)value);
        return this;
    }

    public ProtobufWriter Single(int field, float value)
    {
        WriteVarint((ulong)(field << 3 | Fixed32));
        Span<byte> bytes = stackalloc byte[sizeof(float)];
        BinaryPrimitives.WriteSingleLittleEndian(bytes, value);
        _bytes.AddRange(bytes);
        return this;
    }

    public ProtobufWriter Bytes(int field, ReadOnlySpan<byte> value)
    {
        Head(field, value.Length);
        _bytes.AddRange(value);
        return this;
    }

    public ProtobufWriter Text(int field, string value)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(value);
        Head(field, bytes.Length);
        _bytes.AddRange(bytes);
        return this;
    }

    public ProtobufWriter Message(int field, ProtobufWriter value)
    {
        Head(field, value._bytes.Count);
        _bytes.AddRange(value._bytes);
        return this;
    }

    /// <summary>Begins a field of so many bytes, which follow.</summary>
    public ProtobufWriter Head(int field, long length)
    {
        WriteVarint((ulong)(field << 3 | LengthDelimited));
        WriteVarint((ulong)length);
        return this;
    }

    private void WriteVarint(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            _bytes.Add((byte)(value | 0x80));
        }

        _bytes.Add((byte)value);
    }
}
