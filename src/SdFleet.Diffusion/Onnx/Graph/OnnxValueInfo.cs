namespace SdFleet.Diffusion.Onnx.Graph;

/// <summary>An input or output as an ONNX file declares it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">The type of its elements; <see cref="OnnxElementType.Undefined"/> where it is no tensor.</param>
/// <param name="Dimensions">Sizes, or names where they are open.</param>
public sealed record OnnxValueInfo(string Name, OnnxElementType Type, IReadOnlyList<string> Dimensions)
{
    /// <summary>For messages: <c>sample: float32[batch,4,?,?]</c>.</summary>
    public override string ToString() =>
        Type == OnnxElementType.Undefined ? $"{Name}: not a tensor" : $"{Name}: {Type.ToName()}[{string.Join(',', Dimensions)}]";
}
