using SdFleet.Contracts.Batches;

namespace SdFleet.JobStore;

/// <summary>The next lines of a batch and what became of them: each is a job or a problem.</summary>
public sealed record BatchExpansion
{
    /// <summary>The batch.</summary>
    public required Guid BatchId { get; init; }

    /// <summary>Lines before these; another number in the store means that somebody else was faster.</summary>
    public required long LinesBefore { get; init; }

    /// <summary>Lines up to the end of these.</summary>
    public required long LinesAfter { get; init; }

    /// <summary>The part to go on with.</summary>
    public required int NextPart { get; init; }

    /// <summary>The byte of it to go on at.</summary>
    public required long NextOffset { get; init; }

    /// <summary>True where no line is left.</summary>
    public bool IsLast { get; init; }

    /// <summary>The lines in order that are jobs.</summary>
    public IReadOnlyList<BatchJob> Jobs { get; init; } = [];

    /// <summary>The other lines.</summary>
    public IReadOnlyList<BatchProblem> Problems { get; init; } = [];

    /// <summary>Why the batch cannot be expanded at all, and is given up; null where it can.</summary>
    public string? Error { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset At { get; init; }
}
