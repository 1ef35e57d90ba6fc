namespace SdFleet.Diffusion.Adapters;

/// <summary>
/// A LoRA: small matrices that change a model's weights when it is loaded. Kohya's and diffusers' (PEFT's) names are understood, for U-Net
/// and text encoders, linear layers and convolutions.
/// </summary>
/// <param name="Path">The safetensors file.</param>
/// <param name="Scale">How strongly it counts, -10 to 10. Default 1: as it was trained.</param>
public sealed record Lora(string Path, double Scale = 1);
