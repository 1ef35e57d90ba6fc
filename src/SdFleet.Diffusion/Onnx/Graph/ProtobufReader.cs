using System.Text;

namespace SdFleet.Diffusion.Onnx.Graph;

/// <summary>
/// Reads the wire format of Protocol Buffers from a file, seeking over what nobody asks for: of a model of gigabytes only the
/// declarations are read. What does not fit raises <see cref="InvalidDataException"/>.
/// </summary>
internal sealed class ProtobufReader(Stream stream)
{
    private const int Varint = 0;
    private const int Fixed64 = 1;
    private const int LengthDelimited = 2;
    private const int Fixed32 = 5;
    private const int LongestVarint = 10;
    private const int LongestText = 1 << 16;
    private const int MostNumbers = 64;

    private long _end = stream.Length;
    private int _wireType;

    /// <summary>Where the tag of the current field begins.</summary>
    public long FieldStart { get; private set; }

    /// <summary>Where reading goes on.</summary>
    public long Position => stream.Position;

    /// <summary>Reads the next field's number; 0 at the end of the message.</summary>
    public int Next()
    {
        FieldStart = stream.Position;
        if (FieldStart == _end)
        {
            return 0;
        }

        ulong tag = ReadVarint();
        _wireType = (int)(tag & 7);
        ulong field = tag >> 3;
        return field is > 0 and < 1 << 29 ? (int)field : throw Broken();
    }

    /// <summary>The field is a message: what follows is read in it. To be given back to <see cref="Leave"/> at its end.</summary>
    public long Enter()
    {
        long outer = _end;
        long length = ReadLength();
        _end = stream.Position + length;
        return outer;
    }

    /// <summary>The end of a message has been reached: reading goes on in the one around it.</summary>
    public void Leave(long outer) => _end = outer;

    /// <summary>The field is a number.</summary>
    public long ReadNumber() => _wireType == Varint ? (long)ReadVarint() : throw Broken();

    /// <summary>The field is text.</summary>
    public string ReadText()
    {
        long length = ReadLength();
        if (length > LongestText)
        {
            throw Broken();
        }

        byte[] bytes = new byte[length];
        stream.ReadExactly(bytes);
        return Encoding.UTF8.GetString(bytes);
    }

    /// <summary>The field is a short list of numbers, packed or one by one.</summary>
    public void ReadNumbers(ICollection<long> numbers)
    {
        if (_wireType == Varint)
        {
            Add(numbers);
            return;
        }

        long outer = Enter();
        while (stream.Position < _end)
        {
            Add(numbers);
        }

        Leave(outer);
    }

    /// <summary>The field is a run of bytes, which is passed over.</summary>
    /// <returns>Where it begins, and its length.</returns>
    public (long Offset, long Length) SkipBytes()
    {
        long length = ReadLength();
        long offset = stream.Position;
        stream.Position = offset + length;
        return (offset, length);
    }

    /// <summary>Whether the field is a run of bytes, and not one number.</summary>
    public bool IsBytes => _wireType == LengthDelimited;

    /// <summary>Nobody wants the field.</summary>
    public void Skip()
    {
        switch (_wireType)
        {
            case Varint:
                ReadVarint();
                break;
            case Fixed64:
                Pass(sizeof(long));
                break;
            case LengthDelimited:
                SkipBytes();
                break;
            case Fixed32:
                Pass(sizeof(int));
                break;
            default:
                throw Broken();
        }
    }

    private void Add(ICollection<long> numbers)
    {
        numbers.Add((long)ReadVarint());
        if (numbers.Count > MostNumbers)
        {
            throw Broken();
        }
    }

    private static InvalidDataException Broken() => new("a file that is no ONNX model, or is damaged");

    private void Pass(int bytes) => stream.Position = bytes <= _end - stream.Position ? stream.Position + bytes : throw Broken();

    private long ReadLength()
    {
        if (_wireType != LengthDelimited)
        {
            throw Broken();
        }

        ulong length = ReadVarint();
        return length <= (ulong)(_end - stream.Position) ? (long)length : throw Broken();
    }

    private ulong ReadVarint()
    {
        ulong value = 0;
        for (int i = 0; i < LongestVarint && stream.Position < _end; i++)
        {
            int next = stream.ReadByte();
            if (next < 0)
            {
                break;
            }

            value |= (ulong)(next & 0x7F) << (7 * i);
            if (next < 0x80)
            {
                return value;
            }
        }

        throw Broken();
    }
}
