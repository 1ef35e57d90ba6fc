namespace SdFleet.Diffusion.Pipelines;

/// <summary>What is plainly wrong with an image.</summary>
[Flags]
public enum ImageDefects
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>
    /// The decoder gave values that are no finite numbers; what is no number is black. Half-precision models do this where they overflow.
    /// </summary>
    NotANumber = 1,

    /// <summary>All pixels have almost the same color.</summary>
    Blank = 2,

    /// <summary>The latents are no finite numbers: not the decoder failed but the U-Net, or the text encoder before it.</summary>
    LatentsNotANumber = 4,

    /// <summary>
    /// Values are far outside of what images have: latents beyond ±1000, where ±5 is usual, or decoded colors beyond ±10, where ±1 is black
    /// and white.
    /// </summary>
    Overflow = 8,
}
