using System.Text.Json.Nodes;
using SdFleet.Coordinator.Datasets.Parquet;

namespace SdFleet.Coordinator.Tests.Datasets;

public sealed class ParquetWriterTests
{
    private static readonly ParquetColumn[] Columns =
    [
        new("flag", ParquetKind.Boolean, IsOptional: false),
        new("small", ParquetKind.Int32, IsOptional: false),
        new("large", ParquetKind.Int64, IsOptional: true),
        new("real", ParquetKind.Double, IsOptional: true),
        new("text", ParquetKind.Text, IsOptional: true),
        new("moment", ParquetKind.Timestamp, IsOptional: false),
        new("maybe", ParquetKind.Boolean, IsOptional: true),
    ];

    [Fact]
    public async Task Write_OfEveryKind_IsReadByHyparquet()
    {
        const int Rows = 1000;
        var read = await RoundTripAsync(Rows, rowsInGroup: 300);

        Assert.Equal([300, 300, 300, 100], read["groups"]!.AsArray().Select(g => g!.GetValue<int>()));
        Assert.Equal(
            ["flag BOOLEAN  False", "small INT32  False", "large INT64  True", "real DOUBLE  True", "text BYTE_ARRAY STRING True",
             "moment INT64 TIMESTAMP False", "maybe BOOLEAN  True"],
            read["columns"]!.AsArray().Select(c => $"{c!["name"]} {c["type"]} {c["logical"]} {c["optional"]!.GetValue<bool>()}"));
        var rows = read["rows"]!.AsArray();
        Assert.Equal(Rows, rows.Count);
        for (var i = 0; i < Rows; i++)
        {
            var row = rows[i]!;
            Assert.Equal(i % 3 == 0, row["flag"]!.GetValue<bool>());
            Assert.Equal(Small(i), row["small"]!.GetValue<int>());
            Assert.Equal(Large(i), row["large"]?.GetValue<long>());
            Assert.Equal(Real(i), row["real"]?.GetValue<double>());
            Assert.Equal(Text(i), row["text"]?.GetValue<string>());
            Assert.Equal(Moment(i), DateTimeOffset.Parse(row["moment"]!.GetValue<string>()));
            Assert.Equal(Maybe(i), row["maybe"]?.GetValue<bool>());
        }
    }

    [Fact]
    public async Task Write_OfNoRows_IsATable()
    {
        var read = await RoundTripAsync(0, rowsInGroup: 10);

        Assert.Empty(read["rows"]!.AsArray());
        Assert.Equal(Columns.Length, read["columns"]!.AsArray().Count);
    }

    [Fact]
    public void Add_OfNothingWhereAValueIsRequired_Throws()
    {
        var column = new ColumnBuffer(Columns[1]);

        Assert.Throws<InvalidOperationException>(column.AddNone);
        Assert.Throws<InvalidOperationException>(() => column.Add("text"));
    }

    private static int Small(int i) => (i % 2 == 0 ? 1 : -1) * i * 2_000_003;

    private static long? Large(int i) => i % 10 < 4 ? null : (long)i << 40;

    private static double? Real(int i) => i < 500 ? null : i / 7.0;

    private static string? Text(int i) => i % 5 == 0 ? null : i % 5 == 1 ? "" : $"a \"red\" circle, 円 🎨 {i}";

    // Whole milliseconds: hyparquet gives a Date, which knows no less.
    private static DateTimeOffset Moment(int i) => new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.FromHours(2)).AddMilliseconds(i * 86_399_999L);

    private static bool? Maybe(int i) => i % 4 == 0 ? null : i % 4 == 1;

    private static async Task<JsonNode> RoundTripAsync(int rows, int rowsInGroup)
    {
        using var folder = new TempFolder();
        await using (var file = File.Create(folder.Of("table.parquet")))
        {
            var writer = new ParquetWriter(file, Columns, rowsInGroup);
            for (var row = 0; row < rows; row++)
            {
                writer.AddRow(columns => Append(columns, row));
            }

            writer.Complete();
        }

        return await ForeignReader.NodeAsync("parquet", folder.Of("table.parquet"));
    }

    private static void Append(IReadOnlyList<ColumnBuffer> columns, int i)
    {
        columns[0].Add(i % 3 == 0);
        columns[1].Add(Small(i));
        if (Large(i) is { } large)
        {
            columns[2].Add(large);
        }
        else
        {
            columns[2].AddNone();
        }

        if (Real(i) is { } real)
        {
            columns[3].Add(real);
        }
        else
        {
            columns[3].AddNone();
        }

        columns[4].Add(Text(i));
        columns[5].Add(Moment(i));
        if (Maybe(i) is { } maybe)
        {
            columns[6].Add(maybe);
        }
        else
        {
            columns[6].AddNone();
        }
    }
}
