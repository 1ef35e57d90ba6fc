namespace SdFleet.Contracts.Api;

/// <summary>A part of a batch's source that the server has.</summary>
public sealed record BatchPartView
{
    /// <summary>Its number, from 0.</summary>
    public required int Number { get; init; }

    /// <summary>Its length.</summary>
    public required long Bytes { get; init; }

    /// <summary>Its lines; in the answer to its upload only.</summary>
    public long? Lines { get; init; }

    /// <summary>SHA-256 of its bytes, lower-case hex; null from a server that does not say it, or that would take too long to find it out.</summary>
    public string? Sha256 { get; init; }
}
