namespace SdFleet.Diffusion.Pipelines;

/// <summary>What is plainly wrong with an image.</summary>
[Flags]
public enum ImageDefects
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>The decoder gave values that are no numbers; they are black. Half-precision models do this where they overflow.</summary>
    NotANumber = 1,

    /// <summary>All pixels have almost the same color.</summary>
    Blank = 2,
}
