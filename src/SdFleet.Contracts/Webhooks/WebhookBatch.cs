using SdFleet.Contracts.Batches;

namespace SdFleet.Contracts.Webhooks;

/// <summary>A batch at its end, as a webhook tells of it.</summary>
public sealed record WebhookBatch
{
    /// <summary>The batch's id; <c>GET /v1/batches/ID</c> has the rest, and <c>/manifest</c> its pictures.</summary>
    public required Guid Id { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Whose it is.</summary>
    public required string Tenant { get; init; }

    /// <summary>Its end: completed, failed or cancelled.</summary>
    public required BatchState State { get; init; }

    /// <summary>Its lines.</summary>
    public required long Lines { get; init; }

    /// <summary>Lines that were no job.</summary>
    public required long BadLines { get; init; }

    /// <summary>Jobs that are completed.</summary>
    public required long CompletedJobs { get; init; }

    /// <summary>Jobs that failed.</summary>
    public required long FailedJobs { get; init; }

    /// <summary>Jobs that were cancelled.</summary>
    public required long CancelledJobs { get; init; }

    /// <summary>Pictures that are finished.</summary>
    public required long ImagesDone { get; init; }

    /// <summary>Why it was given up; absent unless it failed.</summary>
    public string? Error { get; init; }

    /// <summary>When it was submitted.</summary>
    public required DateTimeOffset SubmittedAt { get; init; }

    /// <summary>When it came to its end.</summary>
    public required DateTimeOffset FinishedAt { get; init; }
}
