using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace SdFleet.Coordinator.Datasets.Parquet;

/// <summary>
/// The values of one column of one row group, in the encoding PLAIN, and which rows have one: definition levels in the hybrid
/// of run lengths and bit packing, of which only runs are written.
/// </summary>
internal sealed class ColumnBuffer(ParquetColumn column)
{
    private readonly ArrayBufferWriter<byte> _values = new();
    private readonly ArrayBufferWriter<byte> _levels = new();
    private int _runLength;
    private bool _runHasValue;
    private byte _bits;
    private int _bitCount;

    public ParquetColumn Column { get; } = column;

    /// <summary>Rows, with those that have no value.</summary>
    public int Count { get; private set; }

    public void Add(bool value)
    {
        Enter(ParquetKind.Boolean);
        _bits |= (byte)((value ? 1 : 0) << _bitCount);
        if (++_bitCount == 8)
        {
            FlushBits();
        }
    }

    public void Add(int value)
    {
        Enter(ParquetKind.Int32);
        BinaryPrimitives.WriteInt32LittleEndian(Take(sizeof(int)), value);
    }

    public void Add(long value)
    {
        Enter(ParquetKind.Int64);
        BinaryPrimitives.WriteInt64LittleEndian(Take(sizeof(long)), value);
    }

    public void Add(double value)
    {
        Enter(ParquetKind.Double);
        BinaryPrimitives.WriteDoubleLittleEndian(Take(sizeof(double)), value);
    }

    public void Add(DateTimeOffset value)
    {
        Enter(ParquetKind.Timestamp);
        var microseconds = (value.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;
        BinaryPrimitives.WriteInt64LittleEndian(Take(sizeof(long)), microseconds);
    }

    public void Add(string? value)
    {
        if (value is null)
        {
            AddNone();
            return;
        }

        Enter(ParquetKind.Text);
        var length = Encoding.UTF8.GetByteCount(value);
        BinaryPrimitives.WriteInt32LittleEndian(Take(sizeof(int)), length);
        Encoding.UTF8.GetBytes(value, Take(length));
    }

    /// <summary>A row without a value.</summary>
    public void AddNone()
    {
        if (!Column.IsOptional)
        {
            throw new InvalidOperationException($"Column {Column.Name} takes a value in every row.");
        }

        Define(hasValue: false);
    }

    /// <summary>The page's bytes, once all rows are in: levels with their length before them, then values.</summary>
    public byte[] ToPage()
    {
        FlushBits();
        if (!Column.IsOptional)
        {
            return _values.WrittenSpan.ToArray();
        }

        FlushRun();
        var page = new byte[sizeof(int) + _levels.WrittenCount + _values.WrittenCount];
        BinaryPrimitives.WriteInt32LittleEndian(page, _levels.WrittenCount);
        _levels.WrittenSpan.CopyTo(page.AsSpan(sizeof(int)));
        _values.WrittenSpan.CopyTo(page.AsSpan(sizeof(int) + _levels.WrittenCount));
        return page;
    }

    private void Enter(ParquetKind kind)
    {
        if (kind != Column.Kind)
        {
            throw new InvalidOperationException($"Column {Column.Name} holds {Column.Kind}, not {kind}.");
        }

        Define(hasValue: true);
    }

    private void Define(bool hasValue)
    {
        Count++;
        if (!Column.IsOptional)
        {
            return;
        }

        if (hasValue != _runHasValue)
        {
            FlushRun();
            _runHasValue = hasValue;
        }

        _runLength++;
    }

    private void FlushRun()
    {
        if (_runLength > 0)
        {
            // The lowest bit says that it is a run; a level of one bit takes a byte.
            Varint(_levels, (ulong)_runLength << 1);
            _levels.Write([(byte)(_runHasValue ? 1 : 0)]);
            _runLength = 0;
        }
    }

    private void FlushBits()
    {
        if (_bitCount > 0)
        {
            _values.Write([_bits]);
            (_bits, _bitCount) = (0, 0);
        }
    }

    private Span<byte> Take(int length)
    {
        // A writer gives at least one byte, and an empty text needs none.
        var span = _values.GetSpan(Math.Max(length, 1))[..length];
        _values.Advance(length);
        return span;
    }

    /// <summary>Unsigned LEB128.</summary>
    internal static void Varint(IBufferWriter<byte> output, ulong value)
    {
        var span = output.GetSpan((BitOperations.Log2(value | 1) / 7) + 1);
        var length = 0;
        while (value > 0x7F)
        {
            span[length++] = (byte)(value | 0x80);
            value >>= 7;
        }

        span[length++] = (byte)value;
        output.Advance(length);
    }
}
