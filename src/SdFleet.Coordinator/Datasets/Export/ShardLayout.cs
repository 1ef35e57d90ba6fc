using SdFleet.Contracts.Batches;
using SdFleet.Storage;

namespace SdFleet.Coordinator.Datasets.Export;

/// <summary>How one format writes a shard, and reads it back for an audit.</summary>
internal abstract class ShardLayout
{
    /// <summary>Which files Hugging Face's loader should take, as a pattern.</summary>
    public abstract string DataFiles { get; }

    /// <summary>How to read the dataset, for its card, in Markdown.</summary>
    public abstract string Usage { get; }

    /// <param name="format">The format.</param>
    /// <param name="mostBytes">Longest file with pictures in it, for formats that have such; reading back needs none.</param>
    public static ShardLayout Of(DatasetFormat format, long mostBytes = long.MaxValue) => format switch
    {
        DatasetFormat.WebDataset => new WebDatasetLayout(mostBytes),
        DatasetFormat.ImageFolder => new ImageFolderLayout(),
        DatasetFormat.DiffusionDb => new DiffusionDbLayout(),
        DatasetFormat.Parquet => new ParquetLayout(),
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "No format of a dataset."),
    };

    public abstract Task WriteAsync(int number, ShardSource source, ShardFiles files, CancellationToken cancellationToken);

    /// <summary>
    /// Files that an earlier run wrote for a shard and the last one did not, as it needed fewer, in the order in which they may be
    /// removed: whoever is stopped meanwhile leaves what is still found. Formats that write the same files always have none.
    /// </summary>
    public virtual Task<IReadOnlyList<string>> FindSurplusAsync(
        IFileTree place, int number, IReadOnlyList<ExportFile> written, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<string>>([]);

    /// <summary>What lies in a shard: each picture's file stem and the SHA-256 of its bytes, in any order. Null for a format without pictures.</summary>
    public abstract IAsyncEnumerable<(string Stem, string Sha256)>? ReadBackAsync(IFileTree place, int number, CancellationToken cancellationToken);
}
