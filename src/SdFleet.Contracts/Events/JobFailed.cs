using SdFleet.Contracts.Jobs;

namespace SdFleet.Contracts.Events;

/// <summary>An attempt ended without its pictures.</summary>
public sealed record JobFailed
{
    /// <summary>The job.</summary>
    public required Guid JobId { get; init; }

    /// <summary>The attempt.</summary>
    public required int Attempt { get; init; }

    /// <summary>The worker.</summary>
    public required string WorkerId { get; init; }

    /// <summary>Decides whether the job is tried again.</summary>
    public required ErrorClass ErrorClass { get; init; }

    /// <summary>Cause and what to do, for a person.</summary>
    public required string Reason { get; init; }

    /// <summary>
    /// True where it was given back because the artifact store was away for longer than a worker waits, with <see cref="ErrorClass.Evicted"/>:
    /// neither the job nor a worker is at fault, and it is not counted as one of its evictions.
    /// </summary>
    public bool StoreAway { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset At { get; init; }
}
