namespace SdFleet.Diffusion.Imaging;

/// <summary>What a pixel of a resized image is made of. All average over what a pixel covers where the result is smaller.</summary>
public enum ResizeFilter
{
    /// <summary>A cubic over two neighbours a side, slope -0.5, as Pillow's <c>BICUBIC</c>.</summary>
    Bicubic,

    /// <summary>A windowed sinc over three neighbours a side, as Pillow's <c>LANCZOS</c>: sharper, with faint rings at edges.</summary>
    Lanczos,

    /// <summary>A triangle over one neighbour a side, as Pillow's <c>BILINEAR</c>.</summary>
    Bilinear,
}
