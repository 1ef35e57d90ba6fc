using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace SdFleet.Diffusion.Onnx;

/// <summary>One input or output as a model declares it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">The type of its elements.</param>
/// <param name="Dimensions">Its dimensions; -1 where the model takes any.</param>
/// <param name="Symbols">The names of dimensions that the model leaves open, such as "batch"; else empty texts.</param>
internal sealed record OnnxTensorSpec(
    string Name, TensorElementType Type, IReadOnlyList<int> Dimensions, IReadOnlyList<string> Symbols)
{
    /// <summary>The number of dimensions.</summary>
    public int Rank => Dimensions.Count;

    /// <summary>Whether the elements are numbers that a computation has: float32 or float16.</summary>
    public bool IsFloat => Type is TensorElementType.Float or TensorElementType.Float16;

    /// <summary>Whether the elements are float16.</summary>
    public bool IsHalf => Type == TensorElementType.Float16;

    /// <summary>Whether the elements are integers as indices are: int32 or int64.</summary>
    public bool IsIndex => Type is TensorElementType.Int32 or TensorElementType.Int64;

    /// <summary>Whether a dimension may be of a size: the model leaves it open, or fixed it at that.</summary>
    public bool Takes(int dimension, int size) => Dimensions[dimension] < 0 || Dimensions[dimension] == size;

    /// <summary>Reads what a session says of a tensor.</summary>
    public static OnnxTensorSpec From(string name, NodeMetadata metadata) => metadata.IsTensor
        ? new(name, metadata.ElementDataType, metadata.Dimensions, metadata.SymbolicDimensions)
        : new(name, TensorElementType.DataTypeMax, [], []);

    /// <summary>For messages: <c>sample: Float[batch,4,?,?]</c>.</summary>
    public override string ToString()
    {
        IEnumerable<string> dimensions = Dimensions.Select((size, i) =>
            size >= 0 ? FormattableString.Invariant($"{size}") : Symbols[i] is { Length: > 0 } symbol ? symbol : "?");
        return $"{Name}: {Type}[{string.Join(',', dimensions)}]";
    }
}
