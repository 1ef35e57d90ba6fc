using SdFleet.Contracts.Jobs;

namespace SdFleet.Contracts.Webhooks;

/// <summary>A job at its end, as a webhook tells of it.</summary>
public sealed record WebhookJob
{
    /// <summary>The job's id; <c>GET /v1/jobs/ID</c> has the rest.</summary>
    public required Guid Id { get; init; }

    /// <summary>Whose it is.</summary>
    public required string Tenant { get; init; }

    /// <summary>Its end: completed, failed or cancelled.</summary>
    public required JobState State { get; init; }

    /// <summary>How many pictures it asked for.</summary>
    public required int ImageCount { get; init; }

    /// <summary>Its pictures, in order; none unless it is completed.</summary>
    public required IReadOnlyList<WebhookImage> Images { get; init; }

    /// <summary>Attempts that it took.</summary>
    public required int Attempts { get; init; }

    /// <summary>Why it was given up; absent unless it failed.</summary>
    public string? Error { get; init; }

    /// <summary>When it was submitted.</summary>
    public required DateTimeOffset SubmittedAt { get; init; }

    /// <summary>When it came to its end.</summary>
    public required DateTimeOffset FinishedAt { get; init; }
}
