using SdFleet.Diffusion.Imaging;

namespace SdFleet.Diffusion.Pipelines;

/// <summary>An image on its way: its latents, noise and all, as the decoder shows them.</summary>
/// <param name="Image">Which image of the batch, from 0.</param>
/// <param name="Step">Steps done, from 0.</param>
/// <param name="Steps">Steps in all.</param>
/// <param name="Picture">What is there to be seen.</param>
public sealed record GenerationPreview(int Image, int Step, int Steps, RgbImage Picture);
