namespace SdFleet.Contracts.Events;

/// <summary>A worker has begun an attempt.</summary>
public sealed record JobStarted
{
    /// <summary>The job.</summary>
    public required Guid JobId { get; init; }

    /// <summary>The attempt.</summary>
    public required int Attempt { get; init; }

    /// <summary>The worker.</summary>
    public required string WorkerId { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset At { get; init; }
}
