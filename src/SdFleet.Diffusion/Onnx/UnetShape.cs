namespace SdFleet.Diffusion.Onnx;

/// <summary>The shape of a U-Net call.</summary>
/// <param name="Batch">Rows: prompts times images, negative prompts included.</param>
/// <param name="Input">One row of the input: the latents' channels, and behind them what the model is given beside.</param>
/// <param name="OutputChannels">Channels of one row of the output: the latents'.</param>
/// <param name="Tokens">Vectors in one encoded prompt.</param>
/// <param name="TokenWidth">The length of such a vector.</param>
internal readonly record struct UnetShape(int Batch, LatentShape Input, int OutputChannels, int Tokens, int TokenWidth);
