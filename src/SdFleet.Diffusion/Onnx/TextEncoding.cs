namespace SdFleet.Diffusion.Onnx;

/// <summary>What a text encoder makes of a prompt.</summary>
/// <param name="States">One vector a token, one behind the other.</param>
/// <param name="Pooled">One vector for the whole prompt; empty where the encoder was loaded without.</param>
internal sealed record TextEncoding(float[] States, float[] Pooled);
