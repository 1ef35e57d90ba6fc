namespace SdFleet.Coordinator.Datasets.Audit;

/// <summary>What an audit came to.</summary>
public sealed record AuditReport
{
    /// <summary>Pictures that were requested; null where nobody said, and then nothing shows that none is missing.</summary>
    public required long? Requested { get; init; }

    /// <summary>Manifest records.</summary>
    public required long Records { get; init; }

    /// <summary>Pictures with one record and one artifact of the right SHA-256.</summary>
    public required long Right { get; init; }

    /// <summary>Pictures that were requested and will not come, by reason.</summary>
    public required IReadOnlyDictionary<Absence, long> Absent { get; init; }

    /// <summary>Everything that is wrong, in order of pictures.</summary>
    public required IReadOnlyList<AuditFinding> Findings { get; init; }

    /// <summary>Whether nothing is wrong.</summary>
    public bool IsComplete => Findings.Count == 0;

    /// <summary>What has to be made again. An artifact that is there and wrong must be removed first, as artifacts are never overwritten.</summary>
    public IEnumerable<ImageKey> ToRepair => Findings.Where(f => f.IsRepairable).Select(f => f.Image!.Value).Distinct().Order();
}
