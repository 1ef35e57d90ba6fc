namespace SdFleet.JobStore;

/// <summary>A piece of an export in the hands of whoever claimed it, until its lease is over.</summary>
public sealed record ExportStep
{
    /// <summary>Number of the step that finds out which shards are to be built.</summary>
    public const int Plan = -1;

    /// <summary>Number of the step that writes index, card and checksums.</summary>
    public const int Finish = -2;

    /// <summary>The export's <see cref="ExportSnapshot.Sequence"/>.</summary>
    public required long Export { get; init; }

    /// <summary><see cref="Plan"/>, <see cref="Finish"/>, or the shard, from 0.</summary>
    public required int Number { get; init; }

    /// <summary>Which run of the export.</summary>
    public required int Run { get; init; }

    /// <summary>How often the step was claimed, from 1.</summary>
    public required int Claim { get; init; }

    /// <summary>How many of the claims before gave it back without having failed, or were taken it away as it was planned anew.</summary>
    public required int Returned { get; init; }

    /// <summary>How often it has failed.</summary>
    public required int Failures { get; init; }

    /// <summary>Of a shard: the digest over its pictures.</summary>
    public string? Contents { get; init; }

    /// <summary>Of a shard: pictures of its lines that are not in it, as whoever planned it wrote them.</summary>
    public string? LeftOut { get; init; }
}
