namespace SdFleet.Contracts.Models;

/// <summary>Width and height in pixels.</summary>
public sealed record ImageSize
{
    /// <summary>Width in pixels.</summary>
    public int Width { get; init; }

    /// <summary>Height in pixels.</summary>
    public int Height { get; init; }

    /// <summary><c>WxH</c>.</summary>
    public override string ToString() => $"{Width}x{Height}";
}
