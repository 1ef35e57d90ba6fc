namespace SdFleet.Coordinator.Datasets.Parquet;

/// <summary>Columns, and how each gets its value from a row.</summary>
internal sealed class ParquetTable<TRow>
{
    private readonly List<Action<ColumnBuffer, TRow>> _append = [];
    private readonly List<ParquetColumn> _columns = [];

    public ParquetTable<TRow> Boolean(string name, Func<TRow, bool> value) => Add(name, ParquetKind.Boolean, (c, row) => c.Add(value(row)));

    public ParquetTable<TRow> Int32(string name, Func<TRow, int> value) => Add(name, ParquetKind.Int32, (c, row) => c.Add(value(row)));

    public ParquetTable<TRow> Int64(string name, Func<TRow, long> value) => Add(name, ParquetKind.Int64, (c, row) => c.Add(value(row)));

    public ParquetTable<TRow> Double(string name, Func<TRow, double> value) => Add(name, ParquetKind.Double, (c, row) => c.Add(value(row)));

    public ParquetTable<TRow> OptionalDouble(string name, Func<TRow, double?> value) => Add(
        name,
        ParquetKind.Double,
        (c, row) =>
        {
            if (value(row) is { } number)
            {
                c.Add(number);
            }
            else
            {
                c.AddNone();
            }
        },
        isOptional: true);

    public ParquetTable<TRow> Text(string name, Func<TRow, string> value) => Add(name, ParquetKind.Text, (c, row) => c.Add(value(row)));

    public ParquetTable<TRow> OptionalText(string name, Func<TRow, string?> value) =>
        Add(name, ParquetKind.Text, (c, row) => c.Add(value(row)), isOptional: true);

    public ParquetTable<TRow> Timestamp(string name, Func<TRow, DateTimeOffset> value) =>
        Add(name, ParquetKind.Timestamp, (c, row) => c.Add(value(row)));

    public void Write(Stream output, IEnumerable<TRow> rows)
    {
        var writer = new ParquetWriter(output, _columns);
        foreach (var row in rows)
        {
            writer.AddRow(buffers =>
            {
                foreach (var (buffer, append) in buffers.Zip(_append))
                {
                    append(buffer, row);
                }
            });
        }

        writer.Complete();
    }

    private ParquetTable<TRow> Add(string name, ParquetKind kind, Action<ColumnBuffer, TRow> append, bool isOptional = false)
    {
        _columns.Add(new ParquetColumn(name, kind, isOptional));
        _append.Add(append);
        return this;
    }
}
