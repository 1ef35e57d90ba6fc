namespace SdFleet.Contracts.Api;

/// <summary>A picture that was uploaded for jobs to begin with.</summary>
public sealed record InputView
{
    /// <summary>What a job names it by: SHA-256 of its file, lower-case hex.</summary>
    public required string Sha256 { get; init; }

    /// <summary>Length of the file in bytes.</summary>
    public required long Bytes { get; init; }

    /// <summary>Its media type, by its first bytes.</summary>
    public required string ContentType { get; init; }

    /// <summary>Width in pixels, as the file stores them.</summary>
    public required int Width { get; init; }

    /// <summary>Height in pixels, as the file stores them.</summary>
    public required int Height { get; init; }
}
