namespace SdFleet.Diffusion.Imaging;

/// <summary>The formats that image files are read in.</summary>
internal enum ImageFormat
{
    Png,
    Jpeg,
    WebP,
}
