namespace SdFleet.Diffusion.Onnx.Graph;

/// <summary>A run of bytes in a file: the model itself, or one beside it (ONNX's external data).</summary>
/// <param name="File">The file.</param>
/// <param name="Offset">Where it begins.</param>
/// <param name="Length">Its length; -1 for the rest of the file.</param>
public sealed record OnnxDataLocation(string File, long Offset, long Length);
