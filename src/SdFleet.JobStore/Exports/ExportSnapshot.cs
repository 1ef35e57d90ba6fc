using SdFleet.Contracts.Api;
using SdFleet.Contracts.Batches;

namespace SdFleet.JobStore;

/// <summary>An export as it stands.</summary>
public sealed record ExportSnapshot
{
    /// <summary>Its place in the order of first requests.</summary>
    public required long Sequence { get; init; }

    /// <summary>The batch.</summary>
    public required Guid BatchId { get; init; }

    /// <summary>Which of its exports.</summary>
    public required string Name { get; init; }

    /// <summary>What was asked for, the last time.</summary>
    public required ExportBatch Request { get; init; }

    /// <summary>Where it stands.</summary>
    public required ExportState State { get; init; }

    /// <summary>How often it was asked for, from 1.</summary>
    public required int Run { get; init; }

    /// <summary>Shards that this run is to write, as far as it is known.</summary>
    public required int Shards { get; init; }

    /// <summary>How many of them are written.</summary>
    public required int ShardsDone { get; init; }

    /// <summary>What it came to; null until it is completed.</summary>
    public ExportSummary? Result { get; init; }

    /// <summary>Why it was given up, or what the last trouble was; of one that was cancelled, what is written of it.</summary>
    public string? Error { get; init; }

    /// <summary>When it was asked for, the last time.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When it came to its end.</summary>
    public DateTimeOffset? EndedAt { get; init; }
}
