namespace SdFleet.Contracts.Jobs;

/// <summary>How the first of two passes is made larger.</summary>
public enum HiresUpscaler
{
    /// <summary>Pixels, by Lanczos.</summary>
    Lanczos,

    /// <summary>Pixels, bicubic.</summary>
    Bicubic,

    /// <summary>Latents, each repeated.</summary>
    LatentNearestExact,

    /// <summary>Latents, bilinear.</summary>
    LatentBilinear,

    /// <summary>Latents, bicubic.</summary>
    LatentBicubic,
}
