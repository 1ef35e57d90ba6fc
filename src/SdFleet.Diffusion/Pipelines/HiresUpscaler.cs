namespace SdFleet.Diffusion.Pipelines;

/// <summary>How the first pass of <see cref="HiresOptions"/> is made larger.</summary>
public enum HiresUpscaler
{
    /// <summary>Pixels, by <see cref="Imaging.ResizeFilter.Lanczos"/>: decoded, resized, encoded again.</summary>
    Lanczos,

    /// <summary>Pixels, by <see cref="Imaging.ResizeFilter.Bicubic"/>.</summary>
    Bicubic,

    /// <summary>Latents, each repeated, as PyTorch's <c>interpolate(mode="nearest-exact")</c>. Needs a strength of 0.5 and more.</summary>
    LatentNearestExact,

    /// <summary>Latents, as PyTorch's <c>interpolate(mode="bilinear")</c>. Blurred below a strength of about 0.5.</summary>
    LatentBilinear,

    /// <summary>Latents, as PyTorch's <c>interpolate(mode="bicubic")</c>. Blurred below a strength of about 0.5.</summary>
    LatentBicubic,
}
