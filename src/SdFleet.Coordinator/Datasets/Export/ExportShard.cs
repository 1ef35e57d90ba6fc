namespace SdFleet.Coordinator.Datasets.Export;

/// <summary>A shard, as the index lists it.</summary>
public sealed record ExportShard
{
    /// <summary>Which, from 0.</summary>
    public required int Number { get; init; }

    /// <summary>The first line of its range.</summary>
    public required long FirstLine { get; init; }

    /// <summary>The last line of its range.</summary>
    public required long LastLine { get; init; }

    /// <summary>Pictures in it.</summary>
    public required int Samples { get; init; }

    /// <summary>Whether it is finished. A sealed shard is never written again, unless one of its files is lost or cut off.</summary>
    public required bool Sealed { get; init; }

    /// <summary>SHA-256 over which pictures are in it: a text line each, <c>line index sha256</c>, in order.</summary>
    public required string Contents { get; init; }

    /// <summary>Its files. Of pictures that lie singly, the digests are in the list of their shard, which is a file here.</summary>
    public required IReadOnlyList<ExportFile> Files { get; init; }
}
