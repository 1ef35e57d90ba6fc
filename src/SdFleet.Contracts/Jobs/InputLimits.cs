namespace SdFleet.Contracts.Jobs;

/// <summary>How large a picture may be that is uploaded for jobs to begin with; it is decoded only within these.</summary>
public static class InputLimits
{
    /// <summary>Longest file in bytes.</summary>
    public const int MaxBytes = 20 * 1024 * 1024;

    /// <summary>Most pixels: what a large camera takes.</summary>
    public const int MaxPixels = 50_000_000;

    /// <summary>Longest side in pixels.</summary>
    public const int MaxSide = 16_384;
}
