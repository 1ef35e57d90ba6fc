using SdFleet.Contracts.Images;

namespace SdFleet.Contracts.Api;

/// <summary>A finished picture as the API shows it.</summary>
public sealed record ImageView
{
    /// <summary>Where to get the file, relative to the server.</summary>
    public required string Url { get; init; }

    /// <summary>What is known of it.</summary>
    public required ImageRecord Record { get; init; }
}
