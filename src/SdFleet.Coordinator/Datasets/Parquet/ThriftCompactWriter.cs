using System.Buffers;
using System.Text;

namespace SdFleet.Coordinator.Datasets.Parquet;

/// <summary>Thrift's compact protocol, as far as Parquet's headers need it.</summary>
internal sealed class ThriftCompactWriter
{
    private const byte BooleanTrue = 1;
    private const byte BooleanFalse = 2;
    private const byte I32 = 5;
    private const byte I64 = 6;
    private const byte Binary = 8;
    private const byte List = 9;
    private const byte Struct = 12;
    private const int ShortListLimit = 15;

    private readonly ArrayBufferWriter<byte> _output = new();
    private readonly Stack<short> _enclosing = new();
    private short _lastField;

    public ReadOnlySpan<byte> Written => _output.WrittenSpan;

    public void Int32(short field, int value)
    {
        Field(field, I32);
        ZigZag(value);
    }

    public void Int64(short field, long value)
    {
        Field(field, I64);
        ZigZag(value);
    }

    public void Boolean(short field, bool value) => Field(field, value ? BooleanTrue : BooleanFalse);

    public void Text(short field, string value)
    {
        Field(field, Binary);
        TextElement(value);
    }

    public void BeginStruct(short field)
    {
        Field(field, Struct);
        BeginElement();
    }

    /// <summary>A struct that is an element of a list.</summary>
    public void BeginElement()
    {
        _enclosing.Push(_lastField);
        _lastField = 0;
    }

    public void EndStruct()
    {
        Stop();
        _lastField = _enclosing.Pop();
    }

    /// <summary>The end of the outermost struct.</summary>
    public void Stop() => Byte(0);

    public void EmptyStruct(short field)
    {
        BeginStruct(field);
        EndStruct();
    }

    public void BeginStructs(short field, int count) => BeginList(field, Struct, count);

    public void Int32s(short field, ReadOnlySpan<int> values)
    {
        BeginList(field, I32, values.Length);
        foreach (var value in values)
        {
            ZigZag(value);
        }
    }

    public void Texts(short field, params ReadOnlySpan<string> values)
    {
        BeginList(field, Binary, values.Length);
        foreach (var value in values)
        {
            TextElement(value);
        }
    }

    private void BeginList(short field, byte type, int count)
    {
        Field(field, List);
        if (count < ShortListLimit)
        {
            Byte((byte)((count << 4) | type));
        }
        else
        {
            Byte((byte)((ShortListLimit << 4) | type));
            ColumnBuffer.Varint(_output, (ulong)count);
        }
    }

    private void Field(short field, byte type)
    {
        // Every struct here has its fields in order and close together, so that the long form is never needed.
        Byte((byte)(((field - _lastField) << 4) | type));
        _lastField = field;
    }

    private void TextElement(string value)
    {
        var length = Encoding.UTF8.GetByteCount(value);
        ColumnBuffer.Varint(_output, (ulong)length);
        Encoding.UTF8.GetBytes(value, _output);
    }

    private void ZigZag(long value) => ColumnBuffer.Varint(_output, (ulong)((value << 1) ^ (value >> 63)));

    private void Byte(byte value) => _output.Write([value]);
}
