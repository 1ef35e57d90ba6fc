using SdFleet.Diffusion.Imaging;

namespace SdFleet.Diffusion.Pipelines;

/// <summary>What the decoder made of latents.</summary>
/// <param name="Image">The pixels.</param>
/// <param name="Defects">What is plainly wrong with them, and with the latents.</param>
/// <param name="Again">Whether they are by the float32 decoder, after the usual one failed.</param>
internal readonly record struct DecodedImage(RgbImage Image, ImageDefects Defects, bool Again);
