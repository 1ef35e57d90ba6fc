namespace SdFleet.Diffusion.Onnx.Graph;

/// <summary>One operation of a graph.</summary>
/// <param name="Name">Its name; exporters put the layer it comes from into it. May be empty.</param>
/// <param name="OpType">The operator, such as <c>MatMul</c>.</param>
/// <param name="Inputs">Names of the tensors it takes; an empty name is an optional one that is left out.</param>
/// <param name="Outputs">Names of the tensors it makes.</param>
public sealed record OnnxNode(string Name, string OpType, IReadOnlyList<string> Inputs, IReadOnlyList<string> Outputs)
{
    /// <summary>Its attributes that are one whole number, such as <c>transB</c>.</summary>
    public IReadOnlyDictionary<string, long> Integers { get; init; } = new Dictionary<string, long>();

    /// <summary>Whose operator it is; empty for ONNX's own.</summary>
    public string Domain { get; init; } = "";

    /// <summary>A transposition's <c>perm</c>; empty where it has none.</summary>
    public IReadOnlyList<long> Permutation { get; init; } = [];

    /// <summary>A constant's <c>value</c>; null where it has none.</summary>
    public OnnxInitializer? Value { get; init; }
}
