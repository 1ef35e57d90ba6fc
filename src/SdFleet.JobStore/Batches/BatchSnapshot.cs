using SdFleet.Contracts.Batches;

namespace SdFleet.JobStore;

/// <summary>What the store knows of one batch.</summary>
public sealed record BatchSnapshot
{
    /// <summary>What was submitted, without the parts.</summary>
    public required SubmitBatch Batch { get; init; }

    /// <summary><see cref="Contracts.Identity.BatchDigest"/> of what was submitted, with the parts.</summary>
    public required string Digest { get; init; }

    /// <summary>Place in the order of admission, for reading a list on.</summary>
    public required long Sequence { get; init; }

    /// <summary>Where it stands.</summary>
    public required BatchState State { get; init; }

    /// <summary>True while nothing of it is expanded or released; what was released before goes on.</summary>
    public required bool Paused { get; init; }

    /// <summary>Its lines.</summary>
    public required long Lines { get; init; }

    /// <summary>Lines that have become a job or a problem.</summary>
    public required long LinesRead { get; init; }

    /// <summary>Lines that have become a problem.</summary>
    public required long BadLines { get; init; }

    /// <summary>Why it was given up.</summary>
    public string? Error { get; init; }

    /// <summary>When it was admitted.</summary>
    public required DateTimeOffset AdmittedAt { get; init; }

    /// <summary>When it reached its end; a batch that was stopped has it from then on, though a job may be reported later.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>Its jobs by state, from counters: cheap however many they are.</summary>
    public required IReadOnlyList<BatchCount> Counts { get; init; }
}
