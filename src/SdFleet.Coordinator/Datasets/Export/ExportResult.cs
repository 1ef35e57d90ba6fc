using SdFleet.Coordinator.Datasets.Statistics;

namespace SdFleet.Coordinator.Datasets.Export;

/// <summary>What an export came to.</summary>
public sealed record ExportResult
{
    /// <summary>What the folder holds now.</summary>
    public required ExportIndex Index { get; init; }

    /// <summary>Shards that were written by this run; the others were there.</summary>
    public required int ShardsWritten { get; init; }

    /// <summary>Requested pictures that have no record yet and no reason. Their shards are not sealed, unless the run was final.</summary>
    public required long Outstanding { get; init; }

    /// <summary>Requested pictures that will not come, by reason.</summary>
    public required IReadOnlyDictionary<Absence, long> Absent { get; init; }

    /// <summary>Pictures that have a record, but whose artifact is not what it says. They are left out, and their shards are not sealed.</summary>
    public required IReadOnlyList<ExportProblem> Problems { get; init; }

    /// <summary>Statistics of the exported records.</summary>
    public required DatasetStatistics Statistics { get; init; }
}
