using SdFleet.Contracts.Images;
using SdFleet.Contracts.Jobs;
using SdFleet.Contracts.Webhooks;

namespace SdFleet.JobStore;

/// <summary>Everything the store knows of one job.</summary>
/// <remarks>
/// The same job has three other forms, each for a reason. The contract's JobView is what clients see: it changes when the contract does,
/// and leaves out leases, traces and webhooks. <see cref="Sql.InsertedJob"/> and <see cref="Transitions.JobRow"/> are what is written: each
/// holds the columns of one statement and no others, so that what happens to a job never writes over its recipe.
/// </remarks>
public sealed record JobSnapshot
{
    /// <summary>The job's id.</summary>
    public required Guid Id { get; init; }

    /// <summary>Where it stands.</summary>
    public required JobState State { get; init; }

    /// <summary>Whose it is; empty where a rejected submission named nobody.</summary>
    public required string Tenant { get; init; }

    /// <summary>The batch it came with; null where it came alone.</summary>
    public Guid? BatchId { get; init; }

    /// <summary>Its line of that batch, from 1.</summary>
    public long? Line { get; init; }

    /// <summary>How soon.</summary>
    public required Lane Lane { get; init; }

    /// <summary>How many pictures it asks for; 0 where it was rejected.</summary>
    public required int ImageCount { get; init; }

    /// <summary>What to make; null where it was rejected.</summary>
    public Recipe? Recipe { get; init; }

    /// <summary>Folder of its artifacts; null where it was rejected.</summary>
    public string? ArtifactFolder { get; init; }

    /// <summary>W3C <c>traceparent</c> of its submission.</summary>
    public string? Traceparent { get; init; }

    /// <summary>Whom to tell of its end.</summary>
    public Webhook? Webhook { get; init; }

    /// <summary>The last attempt's number, which is how often it was released.</summary>
    public required int Attempt { get; init; }

    /// <summary>Attempts that ended in a failure.</summary>
    public required int Failures { get; init; }

    /// <summary>Attempts that ended because a worker went away.</summary>
    public required int Evictions { get; init; }

    /// <summary>Denoising steps done by the running attempt.</summary>
    public required int Step { get; init; }

    /// <summary>Denoising steps of the running attempt in all; 0 until it reports.</summary>
    public required int Steps { get; init; }

    /// <summary>The last failure, or why it was rejected.</summary>
    public string? Error { get; init; }

    /// <summary>The worker that has it, or had it last.</summary>
    public string? WorkerId { get; init; }

    /// <summary>When it was submitted.</summary>
    public required DateTimeOffset SubmittedAt { get; init; }

    /// <summary>When it was admitted, or rejected.</summary>
    public required DateTimeOffset AdmittedAt { get; init; }

    /// <summary>When a queued job that failed may be tried again; null where it may be released at once.</summary>
    public DateTimeOffset? NextAttemptAt { get; init; }

    /// <summary>Until when its attempt counts as alive; null where it has none.</summary>
    public DateTimeOffset? LeaseUntil { get; init; }

    /// <summary>When it was last released.</summary>
    public DateTimeOffset? ReleasedAt { get; init; }

    /// <summary>When an attempt last started, by the worker's clock.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it reached its end, by the clock of whoever brought it there.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>The finished pictures, in order; empty until all of them are there.</summary>
    public required IReadOnlyList<ImageRecord> Images { get; init; }

    /// <summary>Part of the running attempt's denoising that is done, 0 to 1; 1 for a completed job.</summary>
    public double Progress => State switch
    {
        JobState.Completed => 1,
        JobState.Running when Steps > 0 => Math.Clamp((double)Step / Steps, 0, 1),
        _ => 0,
    };
}
