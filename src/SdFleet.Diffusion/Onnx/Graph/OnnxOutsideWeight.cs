namespace SdFleet.Diffusion.Onnx.Graph;

/// <summary>A weight that a model names as a file beside it, and that is in memory.</summary>
/// <param name="Location">The file's name in the model.</param>
/// <param name="Data">What would be in the file.</param>
internal sealed record OnnxOutsideWeight(string Location, ReadOnlyMemory<byte> Data);
