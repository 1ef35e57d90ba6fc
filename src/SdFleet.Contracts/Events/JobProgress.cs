namespace SdFleet.Contracts.Events;

/// <summary>A running attempt has moved on. Sent at most about once a second; may be lost without harm.</summary>
public sealed record JobProgress
{
    /// <summary>The job.</summary>
    public required Guid JobId { get; init; }

    /// <summary>The attempt.</summary>
    public required int Attempt { get; init; }

    /// <summary>The worker.</summary>
    public required string WorkerId { get; init; }

    /// <summary>Denoising steps done.</summary>
    public required int Step { get; init; }

    /// <summary>Denoising steps in all.</summary>
    public required int Steps { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset At { get; init; }
}
