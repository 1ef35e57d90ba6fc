using System.Buffers.Binary;

namespace SdFleet.Coordinator.Datasets.Parquet;

/// <summary>
/// Writes flat tables as Apache Parquet: version 1 data pages, one a column and row group, PLAIN, not compressed. Our own,
/// because no library for it restores from the package feed that this project is built on; it stands apart, so that one can take
/// its place. Format: https://parquet.apache.org/docs/file-format and parquet.thrift of apache/parquet-format.
/// </summary>
internal sealed class ParquetWriter
{
    private const string CreatedBy = "sdfleet";
    private const int RowsInGroup = 10_000;

    // Names and numbers of parquet.thrift.
    private const int Required = 0;
    private const int Optional = 1;
    private const int DataPage = 0;
    private const int EncodingPlain = 0;
    private const int EncodingRle = 3;
    private const int CodecUncompressed = 0;
    private const int ConvertedUtf8 = 0;
    private const int ConvertedTimestampMicros = 10;
    private const short LogicalString = 1;
    private const short LogicalTimestamp = 8;
    private const short UnitMicros = 2;

    private static readonly byte[] Magic = "PAR1"u8.ToArray();

    private readonly Stream _output;
    private readonly IReadOnlyList<ParquetColumn> _columns;
    private readonly int _rowsInGroup;
    private readonly List<RowGroup> _groups = [];
    private ColumnBuffer[] _buffers;
    private long _position;

    /// <param name="output">Takes the file, from its beginning; need not be able to seek. Stays open.</param>
    /// <param name="columns">At least one.</param>
    /// <param name="rowsInGroup">Rows that are held in memory and written together.</param>
    public ParquetWriter(Stream output, IReadOnlyList<ParquetColumn> columns, int rowsInGroup = RowsInGroup)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rowsInGroup);
        _output = output;
        _columns = columns;
        _rowsInGroup = rowsInGroup;
        _buffers = NewBuffers();
        Write(Magic);
    }

    /// <summary>Adds a row.</summary>
    /// <param name="append">Gives each column, in order, one value or none.</param>
    public void AddRow(Action<IReadOnlyList<ColumnBuffer>> append)
    {
        var rows = _buffers[0].Count + 1;
        append(_buffers);
        if (_buffers.FirstOrDefault(b => b.Count != rows) is { } uneven)
        {
            throw new InvalidOperationException($"Column {uneven.Column.Name} has {uneven.Count} values for {rows} rows.");
        }

        if (rows == _rowsInGroup)
        {
            FlushGroup();
        }
    }

    /// <summary>Writes what is left and the footer.</summary>
    public void Complete()
    {
        FlushGroup();
        var footer = Footer().ToArray();
        Write(footer);
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, footer.Length);
        Write(length);
        Write(Magic);
    }

    private ColumnBuffer[] NewBuffers() => [.. _columns.Select(c => new ColumnBuffer(c))];

    private void FlushGroup()
    {
        var rows = _buffers[0].Count;
        if (rows == 0)
        {
            return;
        }

        _groups.Add(new RowGroup(rows, [.. _buffers.Select(WriteChunk)]));
        _buffers = NewBuffers();
    }

    private Chunk WriteChunk(ColumnBuffer buffer)
    {
        var offset = _position;
        var page = buffer.ToPage();
        var header = new ThriftCompactWriter();
        header.Int32(1, DataPage);
        header.Int32(2, page.Length);
        header.Int32(3, page.Length);
        header.BeginStruct(5);
        header.Int32(1, buffer.Count);
        header.Int32(2, EncodingPlain);
        header.Int32(3, EncodingRle);
        header.Int32(4, EncodingRle);
        header.EndStruct();
        header.Stop();
        Write(header.Written);
        Write(page);
        return new Chunk(offset, _position - offset);
    }

    private ReadOnlySpan<byte> Footer()
    {
        var footer = new ThriftCompactWriter();
        footer.Int32(1, 1);
        footer.BeginStructs(2, _columns.Count + 1);
        footer.BeginElement();
        footer.Text(4, "schema");
        footer.Int32(5, _columns.Count);
        footer.EndStruct();
        foreach (var column in _columns)
        {
            WriteSchema(footer, column);
        }

        footer.Int64(3, _groups.Sum(g => g.Rows));
        footer.BeginStructs(4, _groups.Count);
        foreach (var group in _groups)
        {
            WriteGroup(footer, group);
        }

        footer.Text(6, CreatedBy);
        footer.Stop();
        return footer.Written;
    }

    private static void WriteSchema(ThriftCompactWriter footer, ParquetColumn column)
    {
        footer.BeginElement();
        footer.Int32(1, PhysicalType(column.Kind));
        footer.Int32(3, column.IsOptional ? Optional : Required);
        footer.Text(4, column.Name);
        if (column.Kind == ParquetKind.Text)
        {
            footer.Int32(6, ConvertedUtf8);
            footer.BeginStruct(10);
            footer.EmptyStruct(LogicalString);
            footer.EndStruct();
        }
        else if (column.Kind == ParquetKind.Timestamp)
        {
            footer.Int32(6, ConvertedTimestampMicros);
            footer.BeginStruct(10);
            footer.BeginStruct(LogicalTimestamp);
            footer.Boolean(1, true);
            footer.BeginStruct(2);
            footer.EmptyStruct(UnitMicros);
            footer.EndStruct();
            footer.EndStruct();
            footer.EndStruct();
        }

        footer.EndStruct();
    }

    private void WriteGroup(ThriftCompactWriter footer, RowGroup group)
    {
        footer.BeginElement();
        footer.BeginStructs(1, group.Chunks.Count);
        foreach (var (column, chunk) in _columns.Zip(group.Chunks))
        {
            footer.BeginElement();
            footer.Int64(2, chunk.Offset);
            footer.BeginStruct(3);
            footer.Int32(1, PhysicalType(column.Kind));
            footer.Int32s(2, [EncodingPlain, EncodingRle]);
            footer.Texts(3, column.Name);
            footer.Int32(4, CodecUncompressed);
            footer.Int64(5, group.Rows);
            footer.Int64(6, chunk.Length);
            footer.Int64(7, chunk.Length);
            footer.Int64(9, chunk.Offset);
            footer.EndStruct();
            footer.EndStruct();
        }

        footer.Int64(2, group.Chunks.Sum(c => c.Length));
        footer.Int64(3, group.Rows);
        footer.EndStruct();
    }

    private static int PhysicalType(ParquetKind kind) => kind switch
    {
        ParquetKind.Boolean => 0,
        ParquetKind.Int32 => 1,
        ParquetKind.Int64 or ParquetKind.Timestamp => 2,
        ParquetKind.Double => 5,
        ParquetKind.Text => 6,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "No kind of column."),
    };

    private void Write(ReadOnlySpan<byte> bytes)
    {
        _output.Write(bytes);
        _position += bytes.Length;
    }

    private sealed record RowGroup(long Rows, IReadOnlyList<Chunk> Chunks);

    private readonly record struct Chunk(long Offset, long Length);
}
