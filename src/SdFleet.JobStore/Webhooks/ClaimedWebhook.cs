using SdFleet.Contracts.Webhooks;

namespace SdFleet.JobStore;

/// <summary>A delivery in the hands of whoever claimed it, until its lease is over.</summary>
public sealed record ClaimedWebhook
{
    /// <summary>Its id, the same at every attempt.</summary>
    public required Guid Id { get; init; }

    /// <summary>The attempt's number, from 1.</summary>
    public required int Attempt { get; init; }

    /// <summary>How often it failed since it was written, or last asked for again.</summary>
    public required int Failures { get; init; }

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

    /// <summary>When it was written, or last asked for again: its age counts from then.</summary>
    public required DateTimeOffset QueuedAt { get; init; }

    /// <summary>The jobs of a batch by state as they were at its end; null for a job, and for what a version before this one wrote.</summary>
    public IReadOnlyList<BatchCount>? Counts { get; init; }
}
