using System.Globalization;
using SdFleet.Coordinator.Datasets.Parquet;
using SdFleet.Storage;

namespace SdFleet.Coordinator.Datasets.Export;

/// <summary><c>data/train-000000.parquet</c>: the records of the pictures that are there, without the pictures.</summary>
internal sealed class ParquetLayout : ShardLayout
{
    public override string DataFiles => "data/*.parquet";

    public override string Usage =>
        """
        ```python
        import pandas
        table = pandas.read_parquet("data")
        ```

        The table holds no pictures: `artifact` is a picture's name in the artifact store, `sha256` its digest.
        """;

    public override async Task WriteAsync(int number, ShardSource source, ShardFiles files, CancellationToken cancellationToken)
    {
        await source.DrainAsync();
        await files.AddAsync("data/train-" + number.ToString("D6", CultureInfo.InvariantCulture) + ".parquet", stream =>
        {
            MetadataTables.Manifest.Write(stream, source.Written);
            return Task.CompletedTask;
        }, cancellationToken);
    }

    public override IAsyncEnumerable<(string Stem, string Sha256)>? ReadBackAsync(IFileTree place, int number, CancellationToken cancellationToken) => null;
}
