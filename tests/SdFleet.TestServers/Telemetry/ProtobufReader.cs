using System.Buffers.Binary;
using System.Text;

namespace SdFleet.TestServers.Telemetry;

/// <summary>
/// Steps through the fields of one protobuf message. Just enough of the wire format to read telemetry in tests:
/// https://protobuf.dev/programming-guides/encoding/
/// </summary>
internal ref struct ProtobufReader(ReadOnlySpan<byte> message)
{
    private const int Varint = 0;
    private const int Fixed64 = 1;
    private const int LengthDelimited = 2;
    private const int Fixed32 = 5;

    private ReadOnlySpan<byte> _rest = message;
    private ulong _number;
    private ReadOnlySpan<byte> _bytes;

    /// <summary>The field that <see cref="Next"/> stepped onto.</summary>
    public int Field { get; private set; }

    /// <summary>The field's content, where it is a message, bytes or a string.</summary>
    public readonly ReadOnlySpan<byte> Bytes => _bytes;

    public readonly string String => Encoding.UTF8.GetString(_bytes);

    public readonly string Hex => Convert.ToHexStringLower(_bytes);

    public readonly long Int64 => (long)_number;

    public readonly double Double => BitConverter.UInt64BitsToDouble(_number);

    /// <summary>A time in nanoseconds since 1970, which .NET keeps in steps of 100.</summary>
    public readonly DateTimeOffset Time => DateTimeOffset.UnixEpoch.AddTicks((long)(_number / 100));

    public bool Next()
    {
        if (_rest.IsEmpty)
        {
            return false;
        }

        var tag = ReadVarint();
        Field = (int)(tag >> 3);
        _number = 0;
        _bytes = default;
        switch (tag & 7)
        {
            case Varint:
                _number = ReadVarint();
                break;
            case Fixed64:
                _number = BinaryPrimitives.ReadUInt64LittleEndian(Take(8));
                break;
            case LengthDelimited:
                _bytes = Take(checked((int)ReadVarint()));
                break;
            case Fixed32:
                _number = BinaryPrimitives.ReadUInt32LittleEndian(Take(4));
                break;
            default:
                throw new InvalidDataException($"Field {Field} has the unknown wire type {tag & 7}.");
        }

        return true;
    }

    private ulong ReadVarint()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var part = Take(1)[0];
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
            {
                return value;
            }
        }

        throw new InvalidDataException("A number is longer than ten bytes.");
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > _rest.Length)
        {
            throw new InvalidDataException($"The message ends {count - _rest.Length} bytes too early.");
        }

        var taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }
}
