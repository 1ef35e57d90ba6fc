namespace SdFleet.Contracts.Api;

/// <summary>What became of a line of a batch whose pictures were to be looked at and made again.</summary>
public sealed record LineRepairView
{
    /// <summary>The line, from 1.</summary>
    public required long Line { get; init; }

    /// <summary>Its job.</summary>
    public required Guid JobId { get; init; }

    /// <summary>What was done.</summary>
    public required LineRepairResult Result { get; init; }

    /// <summary>How many of its pictures were lost or damaged.</summary>
    public int Missing { get; init; }

    /// <summary>Why its job cannot be made again; null where it can, or was cancelled or rejected.</summary>
    public string? Reason { get; init; }
}
