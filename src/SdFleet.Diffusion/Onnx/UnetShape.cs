namespace SdFleet.Diffusion.Onnx;

/// <summary>The shape of a U-Net call.</summary>
/// <param name="Batch">Rows: prompts times images, negative prompts included.</param>
/// <param name="Latents">One row of the input.</param>
/// <param name="Tokens">Vectors in one encoded prompt.</param>
/// <param name="TokenWidth">The length of such a vector.</param>
internal readonly record struct UnetShape(int Batch, LatentShape Latents, int Tokens, int TokenWidth);
