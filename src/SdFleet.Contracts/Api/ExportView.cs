using SdFleet.Contracts.Batches;

namespace SdFleet.Contracts.Api;

/// <summary>An export that the fleet makes, as <c>GET /v1/batches/{id}/exports/{name}</c> shows it.</summary>
public sealed record ExportView
{
    /// <summary>The batch.</summary>
    public required Guid BatchId { get; init; }

    /// <summary>Which of its exports.</summary>
    public required string Name { get; init; }

    /// <summary>How it lies there.</summary>
    public required DatasetFormat Format { get; init; }

    /// <summary>Where it stands.</summary>
    public required ExportState State { get; init; }

    /// <summary>Where it lies: <c>azure://container/prefix</c>, or a folder of the server's.</summary>
    public required string Place { get; init; }

    /// <summary>Shards that this run has found are to be written, so far.</summary>
    public required int Shards { get; init; }

    /// <summary>How many of them are written.</summary>
    public required int ShardsDone { get; init; }

    /// <summary>What it came to; null until it is completed.</summary>
    public ExportSummary? Result { get; init; }

    /// <summary>Why it was given up, or what the last trouble was; of one that was cancelled, what is written of it.</summary>
    public string? Error { get; init; }

    /// <summary>When it was asked for, the last time.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When it came to its end; null while it is underway.</summary>
    public DateTimeOffset? EndedAt { get; init; }
}
