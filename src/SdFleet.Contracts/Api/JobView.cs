using SdFleet.Contracts.Jobs;

namespace SdFleet.Contracts.Api;

/// <summary>A job as <c>GET /v1/jobs/{id}</c> shows it.</summary>
public sealed record JobView
{
    /// <summary>The job's id.</summary>
    public required Guid Id { get; init; }

    /// <summary>Where it stands.</summary>
    public required JobState State { get; init; }

    /// <summary>Whose it is.</summary>
    public required string Tenant { get; init; }

    /// <summary>The batch it came with; null where it came alone.</summary>
    public Guid? BatchId { get; init; }

    /// <summary>Its line of that batch, from 1.</summary>
    public long? Line { get; init; }

    /// <summary>How soon.</summary>
    public required Lane Lane { get; init; }

    /// <summary>How many pictures it asks for.</summary>
    public required int ImageCount { get; init; }

    /// <summary>What to make; null where the job was rejected before it was resolved.</summary>
    public Recipe? Recipe { get; init; }

    /// <summary>Denoising steps done of those of the running attempt, 0 to 1.</summary>
    public required double Progress { get; init; }

    /// <summary>Attempts so far.</summary>
    public required int Attempts { get; init; }

    /// <summary>Attempts that ended in a failure.</summary>
    public required int Failures { get; init; }

    /// <summary>Attempts that ended because a worker went away.</summary>
    public required int Evictions { get; init; }

    /// <summary>The last failure, or why the job was rejected.</summary>
    public string? Error { get; init; }

    /// <summary>The worker that has it, or had it last.</summary>
    public string? WorkerId { get; init; }

    /// <summary>When it was submitted.</summary>
    public required DateTimeOffset SubmittedAt { get; init; }

    /// <summary>When an attempt last started.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it reached its terminal state.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>The finished pictures, in order.</summary>
    public required IReadOnlyList<ImageView> Images { get; init; }
}
