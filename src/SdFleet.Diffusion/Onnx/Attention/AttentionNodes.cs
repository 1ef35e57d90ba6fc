using System.Globalization;
using SdFleet.Diffusion.Onnx.Graph;

namespace SdFleet.Diffusion.Onnx.Attention;

/// <summary>
/// Writes attention as one operator of ONNX Runtime. All dimensions before the last two become the operator's batch, of one head each: how
/// many there are need not be known, and is not known of most exports. Products broadcast these dimensions against each other, the operator
/// does not: so the operands are broadcast before it, which copies them where there is nothing to broadcast.
/// </summary>
internal static class AttentionNodes
{
    /// <summary>Whose operator it is.</summary>
    public const string Domain = "com.microsoft";

    /// <summary>Its version.</summary>
    public const int Version = 1;

    private const string First = "sdfleet/first", Last = "sdfleet/last", LastTwo = "sdfleet/last_two";
    private const string BeforeLastTwo = "sdfleet/before_last_two", Ones = "sdfleet/ones", One = "sdfleet/one", Scalar = "sdfleet/scalar";

    /// <summary>What all attention of a model shares.</summary>
    public static IReadOnlyList<OnnxNewNode> Constants { get; } =
    [
        OnnxNewNode.Constant(First, 0),
        OnnxNewNode.Constant(Last, -1),
        OnnxNewNode.Constant(LastTwo, -2, -1),
        OnnxNewNode.Constant(BeforeLastTwo, -2),
        OnnxNewNode.Constant(Ones, 1, 1),
        OnnxNewNode.Constant(One, 1),
        new("Squeeze", [One], Scalar),
    ];

    /// <summary>The operations that make a tensor of an attention.</summary>
    public static IReadOnlyList<OnnxNewNode> Write(AttentionPattern attention, string output)
    {
        string name = output + "/sdfleet";
        bool converts = attention.Type != OnnxElementType.Undefined;
        List<OnnxNewNode> nodes = [];
        string query = Single(nodes, attention.Query, name + "/query", converts);
        string key = attention.Key;
        if (attention.KeyPermutation.Count > 0)
        {
            key = Add(nodes, new("Transpose", [key], name + "/key") { Permutation = attention.KeyPermutation });
        }

        key = Single(nodes, key, name + "/key", converts);
        string value = Single(nodes, attention.Value, name + "/value", converts);
        string all = BroadcastShape(nodes, name, [query, key, value]);
        query = Flatten(nodes, query, all, name + "/query");
        key = Flatten(nodes, key, all, name + "/key");
        if (attention.KeyIsTransposed)
        {
            key = Add(nodes, new("Transpose", [key], name + "/key") { Permutation = [0, 2, 1] });
        }

        value = Flatten(nodes, value, all, name + "/value");
        string mixed = Add(nodes, new("MultiHeadAttention", [query, key, value], name)
        {
            Domain = Domain,
            Integers = new Dictionary<string, long> { ["num_heads"] = 1 },
            Singles = new Dictionary<string, float> { ["scale"] = attention.Scale },
        });

        // As many dimensions as the query has, the last one the value's.
        string rows = Add(nodes, new("Slice", [ShapeOf(name + "/query"), First, Last], name + "/rows"));
        string width = Add(nodes, new("Gather", [ShapeOf(name + "/value"), Last], name + "/width"));
        string shape = Add(nodes, Join(rows, width, name + "/shape"));
        bool narrows = converts && attention.Type != OnnxElementType.Float32;
        string result = Add(nodes, new("Reshape", [mixed, shape], narrows ? name + "/result" : output));
        if (narrows)
        {
            Add(nodes, Cast(result, attention.Type, output));
        }

        return nodes;
    }

    // Where the graph itself converts, all is computed in single precision.
    private static string Single(List<OnnxNewNode> nodes, string tensor, string name, bool converts) =>
        converts ? Add(nodes, Cast(tensor, OnnxElementType.Float32, name + "/single")) : tensor;

    // All dimensions that the operands have together before their last two, and two of 1 in place of those: told by a tensor that is
    // broadcast with each of them, and has as few elements as there are heads.
    private static string BroadcastShape(List<OnnxNewNode> nodes, string name, IReadOnlyList<string> operands)
    {
        string all = Scalar;
        for (int i = 0; i < operands.Count; i++)
        {
            string part = string.Create(CultureInfo.InvariantCulture, $"{name}/operand{i}");
            string own = Add(nodes, new("Shape", [operands[i]], part + "/shape"));
            string rows = Add(nodes, new("Slice", [own, First, BeforeLastTwo], part + "/rows"));
            all = Add(nodes, new("Expand", [all, rows], part + "/all"));
        }

        string together = Add(nodes, new("Shape", [all], name + "/all"));
        return Add(nodes, Join(together, Ones, name + "/all_shape"));
    }

    // To three dimensions: all others, and the last two.
    private static string Flatten(List<OnnxNewNode> nodes, string tensor, string rows, string name)
    {
        tensor = Add(nodes, new("Expand", [tensor, rows], name + "/expanded"));
        string all = Add(nodes, new("Shape", [tensor], ShapeOf(name)));
        string last = Add(nodes, new("Gather", [all, LastTwo], name + "/last_two"));
        string shape = Add(nodes, Join(Last, last, name + "/flat_shape"));
        return Add(nodes, new("Reshape", [tensor, shape], name + "/flat"));
    }

    private static string ShapeOf(string name) => name + "/shape_of";

    private static OnnxNewNode Cast(string tensor, OnnxElementType type, string output) =>
        new("Cast", [tensor], output) { Integers = new Dictionary<string, long> { ["to"] = (long)type } };

    private static OnnxNewNode Join(string first, string second, string output) =>
        new("Concat", [first, second], output) { Integers = new Dictionary<string, long> { ["axis"] = 0 } };

    private static string Add(List<OnnxNewNode> nodes, OnnxNewNode node)
    {
        nodes.Add(node);
        return node.Output;
    }
}
