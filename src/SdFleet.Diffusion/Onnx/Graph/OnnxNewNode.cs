using System.Runtime.InteropServices;

namespace SdFleet.Diffusion.Onnx.Graph;

/// <summary>An operation to be written into a model. It is called what its output is called.</summary>
/// <param name="OpType">The operator.</param>
/// <param name="Inputs">The tensors it takes.</param>
/// <param name="Output">The tensor it makes.</param>
internal sealed record OnnxNewNode(string OpType, IReadOnlyList<string> Inputs, string Output)
{
    private const int SingleType = 1, IntegerType = 2, TensorType = 4, IntegersType = 7;

    /// <summary>Whose operator it is; empty for ONNX's own.</summary>
    public string Domain { get; init; } = "";

    /// <summary>Attributes that are one whole number.</summary>
    public IReadOnlyDictionary<string, long> Integers { get; init; } = new Dictionary<string, long>();

    /// <summary>Attributes that are one number in single precision.</summary>
    public IReadOnlyDictionary<string, float> Singles { get; init; } = new Dictionary<string, float>();

    /// <summary>A transposition's <c>perm</c>; empty for none.</summary>
    public IReadOnlyList<long> Permutation { get; init; } = [];

    /// <summary>A constant's <c>value</c>, a vector; empty for none.</summary>
    public IReadOnlyList<long> Value { get; init; } = [];

    /// <summary>A constant vector.</summary>
    public static OnnxNewNode Constant(string output, params long[] values) => new("Constant", [], output) { Value = values };

    /// <summary>As onnx.proto's NodeProto.</summary>
    public ProtobufWriter ToMessage()
    {
        ProtobufWriter node = new();
        foreach (string input in Inputs)
        {
            node.Text(1, input);
        }

        node.Text(2, Output).Text(3, Output).Text(4, OpType);
        foreach ((string name, long value) in Integers)
        {
            node.Message(5, new ProtobufWriter().Text(1, name).Number(3, value).Number(20, IntegerType));
        }

        foreach ((string name, float value) in Singles)
        {
            node.Message(5, new ProtobufWriter().Text(1, name).Single(2, value).Number(20, SingleType));
        }

        if (Permutation.Count > 0)
        {
            ProtobufWriter perm = new ProtobufWriter().Text(1, "perm");
            foreach (long axis in Permutation)
            {
                perm.Number(8, axis);
            }

            node.Message(5, perm.Number(20, IntegersType));
        }

        if (Value.Count > 0)
        {
            long[] values = [.. Value];
            ProtobufWriter tensor = new ProtobufWriter()
                .Number(1, values.Length)
                .Number(2, (int)OnnxElementType.Int64)
                .Bytes(9, MemoryMarshal.AsBytes(values.AsSpan()));
            node.Message(5, new ProtobufWriter().Text(1, "value").Message(5, tensor).Number(20, TensorType));
        }

        return node.Text(7, Domain);
    }
}
