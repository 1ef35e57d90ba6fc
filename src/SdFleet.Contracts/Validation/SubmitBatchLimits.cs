namespace SdFleet.Contracts.Validation;

/// <summary>What a batch may be.</summary>
public static class SubmitBatchLimits
{
    /// <summary>Most characters of a batch's name.</summary>
    public const int MaxNameLength = 200;

    /// <summary>Most characters of its description.</summary>
    public const int MaxDescriptionLength = 4000;

    /// <summary>Most parts of its source.</summary>
    public const int MaxParts = 4096;

    /// <summary>Longest part in bytes that any fleet takes; a fleet may be set to take less.</summary>
    public const int MaxPartBytes = 16 * 1024 * 1024;

    /// <summary>Longest submission in bytes: <see cref="MaxParts"/> parts and the longest defaults fit.</summary>
    public const int MaxBytes = 1024 * 1024;
}
