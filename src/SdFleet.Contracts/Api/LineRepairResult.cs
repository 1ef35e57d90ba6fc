namespace SdFleet.Contracts.Api;

/// <summary>What asking for the repair of a line led to.</summary>
public enum LineRepairResult
{
    /// <summary>Its job waits to be made again.</summary>
    Requested,

    /// <summary>Its job waits or runs anyway.</summary>
    Underway,

    /// <summary>Every picture of it is there, with the SHA-256 of its record.</summary>
    Intact,

    /// <summary>Its job was cancelled or rejected, and stays so; or it cannot be made again, and nothing was touched (<see cref="LineRepairView.Reason"/>).</summary>
    Refused,

    /// <summary>It is no job: not read yet, or no line of this batch.</summary>
    Unknown,
}
