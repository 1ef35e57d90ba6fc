using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace SdFleet.Diffusion.Tests;

/// <summary>Writes small ONNX models, so that tests can have an interface of any shape. Field numbers are those of onnx.proto.</summary>
internal sealed class OnnxBuilder
{
    private const int IrVersion = 7, OpsetVersion = 13;

    private readonly ProtobufWriter _graph = new();

    /// <summary>An input; a dimension is a number, or a name where it is open.</summary>
    public OnnxBuilder Input(string name, TensorElementType type, params object[] shape) => Tensor(11, name, type, shape);

    public OnnxBuilder Output(string name, TensorElementType type, params object[] shape) => Tensor(12, name, type, shape);

    public OnnxBuilder Constant(string name, float[] values, params long[] shape) =>
        Constant(name, TensorElementType.Float, MemoryMarshal.AsBytes<float>(values), shape);

    /// <summary>Real numbers of a type: float32, or rounded to float16.</summary>
    public OnnxBuilder Constant(TensorElementType type, string name, float[] values, params long[] shape) =>
        type == TensorElementType.Float16
            ? Constant(name, type, MemoryMarshal.AsBytes<Half>(Array.ConvertAll(values, value => (Half)value)), shape)
            : Constant(name, values, shape);

    public OnnxBuilder Constant(string name, long[] values, params long[] shape) =>
        Constant(name, TensorElementType.Int64, MemoryMarshal.AsBytes<long>(values), shape);

    /// <summary>A weight that lies in another file.</summary>
    public OnnxBuilder External(string name, TensorElementType type, string location, long offset, long length, params long[] shape)
    {
        const int ExternalLocation = 1;
        ProtobufWriter tensor = Declaration(name, type, shape);
        foreach ((string key, string value) in new[] { ("location", location), ("offset", $"{offset}"), ("length", $"{length}") })
        {
            tensor.Message(13, new ProtobufWriter().Text(1, key).Text(2, value));
        }

        _graph.Message(5, tensor.Number(14, ExternalLocation));
        return this;
    }

    public OnnxBuilder Constant(string name, TensorElementType type, ReadOnlySpan<byte> bytes, params long[] shape)
    {
        _graph.Message(5, Declaration(name, type, shape).Bytes(9, bytes));
        return this;
    }

    public OnnxBuilder Node(string operation, string inputs, string output, string? attribute = null, params long[] values)
    {
        ProtobufWriter node = new();
        foreach (string input in inputs.Split(' '))
        {
            // "-" stands for an optional input that is left out.
            node.Text(1, input == "-" ? "" : input);
        }

        node.Text(2, output).Text(3, output).Text(4, operation);
        if (attribute is not null)
        {
            AddAttribute(node, attribute, values);
        }

        _graph.Message(1, node);
        return this;
    }

    /// <summary>A constant that is an operation of its own, as PyTorch writes them.</summary>
    public OnnxBuilder Scalar(string name, float value)
    {
        const int TensorType = 4;
        ProtobufWriter tensor = new ProtobufWriter().Number(2, (int)TensorElementType.Float).Bytes(9, BitConverter.GetBytes(value));
        ProtobufWriter attribute = new ProtobufWriter().Text(1, "value").Message(5, tensor).Number(20, TensorType);
        _graph.Message(1, new ProtobufWriter().Text(2, name).Text(3, name).Text(4, "Constant").Message(5, attribute));
        return this;
    }

    /// <summary>An operation with two graphs in it.</summary>
    public OnnxBuilder If(string condition, string output, OnnxBuilder then, OnnxBuilder otherwise)
    {
        const int GraphType = 5;
        ProtobufWriter node = new ProtobufWriter().Text(1, condition).Text(2, output).Text(3, output).Text(4, "If");
        foreach ((string name, OnnxBuilder branch) in new[] { ("then_branch", then), ("else_branch", otherwise) })
        {
            branch._graph.Text(2, name);
            node.Message(5, new ProtobufWriter().Text(1, name).Message(6, branch._graph).Number(20, GraphType));
        }

        _graph.Message(1, node);
        return this;
    }

    public byte[] Build()
    {
        _graph.Text(2, "test");
        ProtobufWriter opset = new ProtobufWriter().Text(1, "").Number(2, OpsetVersion);
        return new ProtobufWriter().Number(1, IrVersion).Message(7, _graph).Message(8, opset).ToArray();
    }

    private static void AddAttribute(ProtobufWriter node, string name, long[] values)
    {
        const int IntType = 2, IntsType = 7;
        ProtobufWriter attribute = new ProtobufWriter().Text(1, name);
        if (name is "axes" or "strides" or "perm")
        {
            foreach (long value in values)
            {
                attribute.Number(8, value);
            }

            attribute.Number(20, IntsType);
        }
        else
        {
            attribute.Number(3, values[0]).Number(20, IntType);
        }

        node.Message(5, attribute);
    }

    private static ProtobufWriter Declaration(string name, TensorElementType type, long[] shape)
    {
        ProtobufWriter tensor = new();
        foreach (long size in shape)
        {
            tensor.Number(1, size);
        }

        return tensor.Number(2, (int)type).Text(8, name);
    }

    private OnnxBuilder Tensor(int field, string name, TensorElementType type, object[] shape)
    {
        ProtobufWriter dimensions = new();
        foreach (object size in shape)
        {
            dimensions.Message(1, size is string symbol
                ? new ProtobufWriter().Text(2, symbol)
                : new ProtobufWriter().Number(1, (int)size));
        }

        ProtobufWriter tensor = new ProtobufWriter().Number(1, (int)type).Message(2, dimensions);
        _graph.Message(field, new ProtobufWriter().Text(1, name).Message(2, new ProtobufWriter().Message(1, tensor)));
        return this;
    }
}
