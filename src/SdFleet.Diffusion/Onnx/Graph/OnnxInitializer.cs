namespace SdFleet.Diffusion.Onnx.Graph;

/// <summary>A weight as an ONNX file declares it, without its values.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">The type of its elements.</param>
/// <param name="Dimensions">Its shape; empty for a scalar.</param>
/// <param name="Data">
/// Where its values lie, one behind the other, little-endian; null where the file writes them in another way, as it may for few.
/// </param>
public sealed record OnnxInitializer(string Name, OnnxElementType Type, IReadOnlyList<long> Dimensions, OnnxDataLocation? Data)
{
    /// <summary>The number of elements.</summary>
    public long Count { get; } = Dimensions.Aggregate(1L, (product, size) => checked(product * size));

    /// <summary>For messages: <c>conv_in.weight: float32[320,4,3,3]</c>.</summary>
    public override string ToString() => $"{Name}: {Type.ToName()}[{string.Join(',', Dimensions)}]";
}
