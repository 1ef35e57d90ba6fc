using SdFleet.Diffusion.Onnx.Graph;

namespace SdFleet.Diffusion.Adapters;

/// <summary>The weight of a layer in an ONNX model.</summary>
/// <param name="Initializer">Where it is.</param>
/// <param name="Transposed">Whether it is stored as [in, out] and not as PyTorch's [out, in].</param>
/// <param name="Widened">Whether the model itself converts it before it computes, so that it may as well be float32.</param>
internal sealed record LayerWeight(OnnxInitializer Initializer, bool Transposed, bool Widened)
{
    /// <summary>Rows of the weight as PyTorch has it: what the layer puts out.</summary>
    public long Out => Initializer.Dimensions[Transposed ? ^1 : 0];

    /// <summary>Columns of the weight as PyTorch has it: what the layer takes, times its window.</summary>
    public long In => Out == 0 ? 0 : Initializer.Count / Out;
}
