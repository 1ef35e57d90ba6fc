using SdFleet.Diffusion.Onnx.Graph;

namespace SdFleet.Diffusion.Onnx.Attention;

/// <summary>
/// Writes attention as one operator of ONNX Runtime. All dimensions before the last two become the operator's batch, of one head each: how
/// many there are need not be known, and is not known of most exports.
/// </summary>
internal static class AttentionNodes
{
    /// <summary>Whose operator it is.</summary>
    public const string Domain = "com.microsoft";

    /// <summary>Its version.</summary>
    public const int Version = 1;

    private const string First = "sdfleet/first", Last = "sdfleet/last", LastTwo = "sdfleet/last_two";

    /// <summary>What all attention of a model shares.</summary>
    public static IReadOnlyList<OnnxNewNode> Constants { get; } =
        [OnnxNewNode.Constant(First, 0), OnnxNewNode.Constant(Last, -1), OnnxNewNode.Constant(LastTwo, -2, -1)];

    /// <summary>The operations that make a tensor of an attention.</summary>
    public static IReadOnlyList<OnnxNewNode> Write(AttentionPattern attention, string output)
    {
        string name = output + "/sdfleet";
        bool converts = attention.Type != OnnxElementType.Undefined;
        List<OnnxNewNode> nodes = [];
        string query = Flatten(nodes, attention.Query, name + "/query", converts);
        string key = attention.Key;
        if (attention.KeyPermutation.Count > 0)
        {
            key = Add(nodes, new("Transpose", [key], name + "/key") { Permutation = attention.KeyPermutation });
        }

        key = Flatten(nodes, key, name + "/key", converts);
        if (attention.KeyIsTransposed)
        {
            key = Add(nodes, new("Transpose", [key], name + "/key") { Permutation = [0, 2, 1] });
        }

        string value = Flatten(nodes, attention.Value, name + "/value", converts);
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

    // To three dimensions: all others, and the last two. Where the graph itself converts, all is computed in single precision.
    private static string Flatten(List<OnnxNewNode> nodes, string tensor, string name, bool converts)
    {
        if (converts)
        {
            tensor = Add(nodes, Cast(tensor, OnnxElementType.Float32, name + "/single"));
        }

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
