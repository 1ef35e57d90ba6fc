using SdFleet.Contracts.Images;

namespace SdFleet.Contracts.Events;

/// <summary>Every picture of the job is stored. Counts whichever attempt it comes from.</summary>
public sealed record JobCompleted
{
    /// <summary>The job.</summary>
    public required Guid JobId { get; init; }

    /// <summary>The attempt.</summary>
    public required int Attempt { get; init; }

    /// <summary>The worker.</summary>
    public required string WorkerId { get; init; }

    /// <summary>One record a picture, in order of index.</summary>
    public required IReadOnlyList<ImageRecord> Images { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset At { get; init; }
}
