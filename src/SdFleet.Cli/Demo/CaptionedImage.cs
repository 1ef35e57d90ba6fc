using SdFleet.Diffusion.Imaging;

namespace SdFleet.Cli.Demo;

/// <summary>An image and what stands under it.</summary>
internal sealed record CaptionedImage(RgbImage Image, string Caption, string Footnote);
