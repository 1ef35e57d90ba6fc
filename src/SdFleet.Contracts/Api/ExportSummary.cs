namespace SdFleet.Contracts.Api;

/// <summary>What an export came to.</summary>
public sealed record ExportSummary
{
    /// <summary>Pictures in it.</summary>
    public required long Samples { get; init; }

    /// <summary>Shards in it.</summary>
    public required int Shards { get; init; }

    /// <summary>How many of them are sealed: complete for good.</summary>
    public required int Sealed { get; init; }

    /// <summary>Shards that this run wrote; the others were there.</summary>
    public required int ShardsWritten { get; init; }

    /// <summary>Requested pictures that are not made yet.</summary>
    public required long Outstanding { get; init; }

    /// <summary>Requested pictures that will not come, by reason.</summary>
    public required IReadOnlyDictionary<string, long> Absent { get; init; }

    /// <summary>Pictures that were left out, as their artifacts are lost or damaged.</summary>
    public required long Problems { get; init; }

    /// <summary>The first of those, for people.</summary>
    public required IReadOnlyList<string> FirstProblems { get; init; }
}
