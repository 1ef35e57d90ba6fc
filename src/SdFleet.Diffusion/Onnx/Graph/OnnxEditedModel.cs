namespace SdFleet.Diffusion.Onnx.Graph;

/// <summary>A changed model, ready to be loaded.</summary>
/// <param name="Bytes">The model.</param>
/// <param name="Outside">Weights that are not in it but are named by it as if they were files beside it; mostly none.</param>
internal sealed record OnnxEditedModel(byte[] Bytes, IReadOnlyList<OnnxOutsideWeight> Outside);
