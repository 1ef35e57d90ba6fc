using SdFleet.Contracts.Workers;

namespace SdFleet.Contracts.Jobs;

/// <summary>
/// Told to every worker: nobody waits for these attempts any more (cancelled, superseded, at their end). Whoever has one stops
/// it between two steps and reports nothing; everybody else ignores it. May be lost: the next heartbeat that names the attempt
/// brings it again.
/// </summary>
public sealed record AttemptsUnwanted
{
    /// <summary>The attempts to stop.</summary>
    public required IReadOnlyList<HeldAttempt> Attempts { get; init; }
}
