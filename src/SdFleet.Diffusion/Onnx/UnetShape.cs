namespace SdFleet.Diffusion.Onnx;

/// <summary>The shape of a U-Net call.</summary>
/// <param name="Batch">Rows: prompts times images, negative prompts included.</param>
/// <param name="Input">One row of the input: the latents' channels, and behind them what the model is given beside.</param>
/// <param name="OutputChannels">Channels of one row of the output: the latents'.</param>
/// <param name="Tokens">Vectors in one encoded prompt.</param>
/// <param name="TokenWidth">The length of such a vector.</param>
/// <param name="PooledWidth">The length of the vector for a whole prompt; 0 where the model takes none.</param>
/// <param name="TimeIds">How many sizes and crops a row has; 0 where the model takes none.</param>
/// <param name="GuidanceWidth">The length of the vector for a guidance scale; 0 where the model takes none.</param>
internal readonly record struct UnetShape(
    int Batch,
    LatentShape Input,
    int OutputChannels,
    int Tokens,
    int TokenWidth,
    int PooledWidth = 0,
    int TimeIds = 0,
    int GuidanceWidth = 0);
