using SdFleet.Contracts.Webhooks;

namespace SdFleet.Contracts.Api;

/// <summary>A delivery to a webhook as <c>GET /v1/webhooks</c> shows it.</summary>
public sealed record WebhookView
{
    /// <summary>Its id, which the receiver finds in the header <see cref="WebhookHeaders.Id"/>.</summary>
    public required Guid Id { get; init; }

    /// <summary>Whose it is.</summary>
    public required string Tenant { get; init; }

    /// <summary>What it is about.</summary>
    public required WebhookSubject Subject { get; init; }

    /// <summary>The job's or the batch's id.</summary>
    public required Guid SubjectId { get; init; }

    /// <summary>Which end it tells of.</summary>
    public required WebhookEvent Event { get; init; }

    /// <summary>Where it goes.</summary>
    public required string Url { get; init; }

    /// <summary>Where it stands.</summary>
    public required WebhookState State { get; init; }

    /// <summary>How often it was sent, or begun to be.</summary>
    public required int Attempts { get; init; }

    /// <summary>How often it failed since it was written, or last asked for again.</summary>
    public required int Failures { get; init; }

    /// <summary>The status of the last answer; null where there was none.</summary>
    public int? Status { get; init; }

    /// <summary>Why the last attempt failed, or why it was given up.</summary>
    public string? Error { get; init; }

    /// <summary>When the job or the batch came to its end.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When a pending one is due, or, while it is being sent, given up by whoever sends it; null once it is over.</summary>
    public DateTimeOffset? NextAttemptAt { get; init; }

    /// <summary>When it was delivered or given up.</summary>
    public DateTimeOffset? EndedAt { get; init; }
}
