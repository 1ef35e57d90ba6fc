using SdFleet.Contracts.Batches;
using SdFleet.Storage;

namespace SdFleet.Coordinator.Datasets.Export;

/// <summary>What to export, and how.</summary>
public sealed record DatasetExportOptions
{
    /// <summary>Lines of a shard where nothing else is asked for: pictures of 512x512 make about half a gigabyte.</summary>
    public const int DefaultLinesPerShard = 1000;

    /// <summary>Longest tar file where nothing else is asked for: what readers of WebDataset are used to.</summary>
    public const long DefaultShardBytes = 1_000_000_000;

    /// <summary>Where the dataset goes; made where it is missing.</summary>
    public required IFileTree Place { get; init; }

    /// <summary>The batch whose pictures they are, for which the place is kept from then on; null where they came without one.</summary>
    public Guid? Batch { get; init; }

    /// <summary>How it lies there.</summary>
    public required DatasetFormat Format { get; init; }

    /// <summary>For the dataset card.</summary>
    public string Name { get; init; } = "Pictures made by SdFleet";

    /// <summary>
    /// Lines of the batch that make a shard: shard n holds lines n × this + 1 to (n + 1) × this, whatever becomes of them, so
    /// that a picture's shard never changes. 1 to 1,000,000.
    /// </summary>
    public int LinesPerShard { get; init; } = DefaultLinesPerShard;

    /// <summary>Longest tar file in bytes, at least 1,000,000: a shard that is longer is cut into several. Other formats have no such files.</summary>
    public long ShardBytes { get; init; } = DefaultShardBytes;

    /// <summary>The licence, as Hugging Face names it (<c>cc0-1.0</c>, <c>openrail</c>); null for <c>unknown</c>.</summary>
    public string? License { get; init; }

    /// <summary>Seals every shard, also those whose pictures are not all there.</summary>
    public bool IsFinal { get; init; }

    /// <summary>Whether pictures that filters took out are in it all the same. Default no.</summary>
    public bool IncludesFiltered { get; init; }

    /// <summary>Most lines of a shard.</summary>
    public const int MostLinesPerShard = 1_000_000;

    /// <summary>Least value of <see cref="ShardBytes"/>.</summary>
    public const long LeastShardBytes = 1_000_000;

    /// <summary>By which the index is saved now and then where shards were there already.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Whether some of the pictures are shown on a sheet beside the card, <c>samples.png</c>. Default no.</summary>
    public bool HasSampleSheet { get; init; }
}
