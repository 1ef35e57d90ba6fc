namespace SdFleet.Diffusion.Imaging.Sheets;

/// <summary>An image and what stands under it.</summary>
/// <param name="Image">The image.</param>
/// <param name="Caption">A text of several lines, broken between words.</param>
/// <param name="Footnote">A line in a fainter colour.</param>
public sealed record CaptionedImage(RgbImage Image, string Caption, string Footnote);
