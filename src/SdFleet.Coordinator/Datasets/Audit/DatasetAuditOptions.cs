namespace SdFleet.Coordinator.Datasets.Audit;

/// <summary>How an audit looks.</summary>
public sealed record DatasetAuditOptions
{
    /// <summary>
    /// What the names of artifacts begin with where nothing but this dataset's may lie; anything else there is an extra one.
    /// Default none.
    /// </summary>
    public IReadOnlyList<string> OwnPrefixes { get; init; } = [];

    /// <summary>Artifacts that are read at once.</summary>
    public int Parallelism { get; init; } = 8;
}
