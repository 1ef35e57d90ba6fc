namespace SdFleet.Contracts.Jobs;

/// <summary>New pixels beyond a picture's sides. What they come to is rounded up to what the model needs.</summary>
public sealed record OutpaintSides
{
    /// <summary>To the left.</summary>
    public int Left { get; init; }

    /// <summary>Above.</summary>
    public int Top { get; init; }

    /// <summary>To the right.</summary>
    public int Right { get; init; }

    /// <summary>Below.</summary>
    public int Bottom { get; init; }

    /// <summary>How many pixels of the picture, beside each side that grows, pass over into what is new.</summary>
    public int Feather { get; init; } = 16;
}
