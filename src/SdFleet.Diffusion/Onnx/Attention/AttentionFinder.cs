using SdFleet.Diffusion.Onnx.Graph;

namespace SdFleet.Diffusion.Onnx.Attention;

/// <summary>
/// Finds attention in a graph, from its last product upwards. Exporters differ in where they scale (before the first product, which is left
/// as it is, or behind it), and in what else they write between the products: conversions, and PyTorch's baddbmm a matrix of zeros that it
/// adds. Anything else, above all a mask, is another function.
/// </summary>
internal sealed class AttentionFinder(OnnxGraphEditor model, OnnxGraphUses uses)
{
    private const string Product = "MatMul";

    private readonly OnnxConstants _constants = new(model.Graph, uses);

    /// <summary>The attention whose last product is an operation of the graph; null where there is none.</summary>
    public AttentionPattern? FindAt(int index)
    {
        if (model.Graph.Nodes[index] is not { OpType: Product, Domain.Length: 0, Inputs.Count: 2 } last)
        {
            return null;
        }

        List<int> inner = [];
        OnnxElementType behind = OnnxElementType.Undefined, before = OnnxElementType.Undefined;
        OnnxNode? node = Enter(last.Inputs[0], inner);
        if (node is { OpType: "Cast" })
        {
            behind = TypeOf(node);
            node = behind == OnnxElementType.Undefined ? null : Enter(node.Inputs[0], inner);
        }

        if (node is not { OpType: "Softmax" } softmax)
        {
            return null;
        }

        double scale = 1;
        node = Enter(softmax.Inputs[0], inner);
        while (node is not null && node.OpType != Product)
        {
            node = PassOver(node, ref scale, ref before) is { } above ? Enter(above, inner) : null;
        }

        // A scale of 0 means another one to the operator.
        float factor = (float)scale;
        if (node is not { Inputs: [var query, var key] } || factor == 0 || !float.IsFinite(factor))
        {
            return null;
        }

        // Of what does not vary it is not known that it has a part for each row of the batch.
        string value = last.Inputs[1];
        if (!IsLastAxis(softmax, [query, key, value]) || !uses.Varies(query) || !uses.Varies(key) || !uses.Varies(value))
        {
            return null;
        }

        return WithKey(key, new(query, "", value, factor)
        {
            Type = behind != OnnxElementType.Undefined ? behind : before,
            Inner = inner,
        });
    }

    // The operation that makes a tensor which nobody else takes.
    private OnnxNode? Enter(string tensor, List<int> inner)
    {
        if (!uses.HasOneUse(tensor) || uses.MakerOf(tensor) is not { } node)
        {
            return null;
        }

        inner.Add(uses.IndexOfMaker(tensor)!.Value);
        return node;
    }

    /// <summary>Passes over an operation that only scales, converts or does nothing.</summary>
    /// <param name="node">The operation.</param>
    /// <param name="scale">Takes in what it multiplies with.</param>
    /// <param name="type">Takes in what it converts to, unless it is known.</param>
    /// <returns>What it works on; null where it is of another kind.</returns>
    private string? PassOver(OnnxNode node, ref double scale, ref OnnxElementType type)
    {
        switch (node)
        {
            case { OpType: "Cast" } when TypeOf(node) is not OnnxElementType.Undefined and var converted:
                type = type == OnnxElementType.Undefined ? converted : type;
                return node.Inputs[0];
            case { OpType: "Mul", Inputs: [var left, var right] } when _constants.ScalarOf(right) is double factor:
                scale *= factor;
                return left;
            case { OpType: "Mul", Inputs: [var left, var right] } when _constants.ScalarOf(left) is double factor:
                scale *= factor;
                return right;
            case { OpType: "Div", Inputs: [var left, var right] } when _constants.ScalarOf(right) is double divisor:
                scale /= divisor;
                return left;
            case { OpType: "Add", Inputs: [var left, var right] } when _constants.IsZero(right):
                return left;
            case { OpType: "Add", Inputs: [var left, var right] } when _constants.IsZero(left):
                return right;
            default:
                return null;
        }
    }

    // Those that the operator computes in, or the runtime converts for it.
    private static OnnxElementType TypeOf(OnnxNode cast) =>
        (OnnxElementType)cast.Integers.GetValueOrDefault("to") is (OnnxElementType.Float32 or OnnxElementType.Float16) and var type
            ? type : OnnxElementType.Undefined;

    // Older exporters count the axis from the front; the number of dimensions is known where something is transposed.
    private bool IsLastAxis(OnnxNode softmax, IEnumerable<string> operands)
    {
        long axis = softmax.Integers.TryGetValue("axis", out long given) ? given : model.Graph.Opset >= 13 ? -1 : 1;
        return axis == -1
            || operands.Any(tensor => uses.MakerOf(tensor) is { OpType: "Transpose" } node && node.Permutation.Count == axis + 1);
    }

    // Most exports transpose the key themselves, which is undone rather than done again.
    private AttentionPattern WithKey(string transposed, AttentionPattern attention)
    {
        if (uses.MakerOf(transposed) is not { OpType: "Transpose", Permutation: { Count: >= 2 } permutation } node)
        {
            return attention with { Key = transposed, KeyIsTransposed = true };
        }

        long[] swapped = [.. permutation.SkipLast(2), permutation[^1], permutation[^2]];
        bool inOrder = swapped.Select((axis, i) => axis == i).All(same => same);
        return attention with { Key = node.Inputs[0], KeyPermutation = inOrder ? [] : swapped };
    }
}
