namespace SdFleet.Diffusion.Onnx;

/// <summary>The shape of one image's latents: channels, rows, columns.</summary>
internal readonly record struct LatentShape(int Channels, int Height, int Width)
{
    /// <summary>The number of values.</summary>
    public int Length => Channels * Height * Width;

    /// <summary>As ONNX Runtime takes the shape of a batch of them.</summary>
    public long[] ToBatch(int batch) => [batch, Channels, Height, Width];
}
