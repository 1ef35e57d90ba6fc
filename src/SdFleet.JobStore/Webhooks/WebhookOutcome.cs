using SdFleet.Contracts.Webhooks;

namespace SdFleet.JobStore;

/// <summary>What came of an attempt to deliver.</summary>
public sealed record WebhookOutcome
{
    /// <summary>The delivery.</summary>
    public required Guid Id { get; init; }

    /// <summary>The attempt.</summary>
    public required int Attempt { get; init; }

    /// <summary>Where the delivery stands now.</summary>
    public required WebhookState State { get; init; }

    /// <summary>Whether it counts as a failure; an attempt that was broken off because its process stops does not.</summary>
    public bool IsFailure { get; init; }

    /// <summary>When a pending one is due again.</summary>
    public DateTimeOffset? NextAttemptAt { get; init; }

    /// <summary>The answer's status; null where there was none.</summary>
    public int? Status { get; init; }

    /// <summary>Why it failed.</summary>
    public string? Error { get; init; }
}
