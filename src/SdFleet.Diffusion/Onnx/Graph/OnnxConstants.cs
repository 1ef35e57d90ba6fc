using System.Buffers.Binary;

namespace SdFleet.Diffusion.Onnx.Graph;

/// <summary>Numbers that a model fixes, as far as they can be told without running it.</summary>
internal sealed class OnnxConstants(OnnxGraph graph, OnnxGraphUses uses)
{
    private const int LongestChain = 8;

    /// <summary>The value of a constant of one element, as a scalar or a vector; null where a tensor is none.</summary>
    /// <exception cref="ModelFormatException">It lies in a file that cannot be read.</exception>
    public double? ScalarOf(string tensor) => ScalarOf(tensor, LongestChain);

    /// <summary>Whether a tensor is nothing but zeros whatever the model's inputs are.</summary>
    /// <exception cref="ModelFormatException">As <see cref="ScalarOf(string)"/>.</exception>
    public bool IsZero(string tensor) => IsZero(tensor, LongestChain);

    private double? ScalarOf(string tensor, int depth)
    {
        OnnxNode? node = uses.MakerOf(tensor);
        if (node is { OpType: "Cast" or "Identity", Inputs.Count: 1 } && depth > 0)
        {
            return ScalarOf(node.Inputs[0], depth - 1) is double value ? Convert(value, node) : null;
        }

        OnnxInitializer? constant = node is null ? graph.FindInitializer(tensor) : node.OpType == "Constant" ? node.Value : null;
        return constant is { Dimensions.Count: <= 1 } ? Read(constant) : null;
    }

    private bool IsZero(string tensor, int depth)
    {
        if (ScalarOf(tensor) == 0)
        {
            return true;
        }

        return depth > 0 && uses.MakerOf(tensor) is { } node && node.OpType switch
        {
            "ConstantOfShape" => node.Value is null || Read(node.Value) == 0,
            "Mul" => node.Inputs.Any(input => IsZero(input, depth - 1)),
            "Cast" or "Identity" or "Expand" => IsZero(node.Inputs[0], depth - 1),
            _ => false,
        };
    }

    private static double? Convert(double value, OnnxNode node) =>
        (node.OpType, (OnnxElementType)node.Integers.GetValueOrDefault("to")) switch
        {
            ("Identity", _) => value,
            (_, OnnxElementType.Float32) => (float)value,
            (_, OnnxElementType.Float16) => (double)(Half)value,
            _ => null,
        };

    private double? Read(OnnxInitializer constant)
    {
        if (constant is not { Count: 1, Data: not null } || constant.Type.SizeOf() == 0)
        {
            return null;
        }

        byte[] bytes = graph.ReadBytes(constant);
        return constant.Type switch
        {
            OnnxElementType.Float32 => BinaryPrimitives.ReadSingleLittleEndian(bytes),
            OnnxElementType.Float16 => (double)BinaryPrimitives.ReadHalfLittleEndian(bytes),
            OnnxElementType.Float64 => BinaryPrimitives.ReadDoubleLittleEndian(bytes),
            OnnxElementType.Int64 => BinaryPrimitives.ReadInt64LittleEndian(bytes),
            OnnxElementType.Int32 => BinaryPrimitives.ReadInt32LittleEndian(bytes),
            _ => null,
        };
    }
}
