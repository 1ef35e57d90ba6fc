using System.Text;

namespace SdFleet.Cli.Models;

/// <summary>
/// Reads the wire format of Protocol Buffers from a file, seeking over what nobody asks for: of a model of gigabytes a few
/// kilobytes are read, and nothing of it is loaded.
/// </summary>
internal sealed class ProtobufReader(Stream stream)
{
    private const int Varint = 0;
    private const int Fixed64 = 1;
    private const int LengthDelimited = 2;
    private const int Fixed32 = 5;
    private const int LongestVarint = 10;
    private const int LongestText = 1 << 16;

    private int _wireType;

    /// <summary>Where the file ends.</summary>
    public long End => stream.Length;

    /// <summary>Reads the next field's number; 0 at <paramref name="end"/>.</summary>
    public int ReadField(long end)
    {
        if (stream.Position == end)
        {
            return 0;
        }

        var tag = ReadVarint();
        _wireType = (int)(tag & 7);
        var field = tag >> 3;
        return field is > 0 and < 1 << 29 && stream.Position <= end ? (int)field : throw Broken();
    }

    /// <summary>The field is a number.</summary>
    public long ReadNumber() => _wireType == Varint ? (long)ReadVarint() : throw Broken();

    /// <summary>The field is a message; returns where it ends.</summary>
    public long ReadMessage()
    {
        if (_wireType != LengthDelimited)
        {
            throw Broken();
        }

        var length = ReadVarint();
        return length <= (ulong)(stream.Length - stream.Position) ? stream.Position + (long)length : throw Broken();
    }

    /// <summary>The field is text.</summary>
    public string ReadText()
    {
        var length = ReadMessage() - stream.Position;
        if (length > LongestText)
        {
            throw Broken();
        }

        var bytes = new byte[length];
        stream.ReadExactly(bytes);
        return Encoding.UTF8.GetString(bytes);
    }

    /// <summary>The field is a list of numbers, packed or one by one.</summary>
    public void ReadNumbers(ICollection<long> numbers)
    {
        if (_wireType == Varint)
        {
            numbers.Add((long)ReadVarint());
            return;
        }

        var end = ReadMessage();
        while (stream.Position < end)
        {
            numbers.Add((long)ReadVarint());
        }
    }

    /// <summary>Nobody wants the field.</summary>
    public void Skip()
    {
        switch (_wireType)
        {
            case Varint:
                ReadVarint();
                break;
            case Fixed64:
                stream.Position += sizeof(long);
                break;
            case LengthDelimited:
                stream.Position = ReadMessage();
                break;
            case Fixed32:
                stream.Position += sizeof(int);
                break;
            default:
                throw Broken();
        }
    }

    private static InvalidDataException Broken() => new("The file is no ONNX model, or is damaged.");

    private ulong ReadVarint()
    {
        ulong value = 0;
        for (var i = 0; i < LongestVarint; i++)
        {
            var next = stream.ReadByte();
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
