using SdFleet.Diffusion.Onnx.Graph;

namespace SdFleet.Diffusion.Onnx;

/// <summary>
/// The places of CLIP's text transformer in an exported graph. They are found by the way the graph is built, not by names, which differ
/// between exporters: a layer adds twice to the stream of vectors that runs through all layers, once what attention gives and once what the
/// perceptron gives, and the last normalization is what stands between the stream and the model's output.
/// </summary>
internal sealed class ClipTextGraph
{
    private const string LastState = "last_hidden_state";
    private const string State = "hidden_states.";

    private readonly OnnxGraph _graph;
    private readonly Dictionary<string, OnnxNode> _makers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, bool> _constant = new(StringComparer.Ordinal);

    public ClipTextGraph(OnnxGraph graph)
    {
        _graph = graph;
        foreach (OnnxNode node in graph.Nodes)
        {
            foreach (string output in node.Outputs)
            {
                _makers[output] = node;
            }
        }
    }

    /// <summary>
    /// What each layer gives, from the last one up to the first: <c>hidden_states[-1]</c>, <c>[-2]</c> and so on in transformers, without
    /// what the embeddings give.
    /// </summary>
    /// <exception cref="ModelFormatException">The graph is not built so; fused operators are the usual reason.</exception>
    public IReadOnlyList<string> FindLayers()
    {
        // Some exports have them among their outputs, the embeddings' first.
        string[] exported = [.. Enumerable.Range(1, _graph.Outputs.Count).Select(i => FormattableString.Invariant($"{State}{i}"))
            .TakeWhile(name => _graph.Outputs.Any(output => output.Name == name))];
        if (exported.Length > 0)
        {
            return [.. exported.Reverse()];
        }

        List<string> stream = [];
        for (string? at = FindStreamAbove(LastState); at is not null; at = NextAbove(at))
        {
            stream.Add(at);
        }

        // Two additions a layer; above the first layer, the embeddings' own addition may or may not look like one of them.
        string[] layers = [.. Enumerable.Range(0, stream.Count / 2).Select(i => stream[2 * i])];
        return layers.Length > 0 ? layers : throw NotFound("layers that add to a stream of vectors");
    }

    /// <summary>The weights of the normalization behind the last layer.</summary>
    /// <exception cref="ModelFormatException">They cannot be told.</exception>
    public (OnnxInitializer Scale, OnnxInitializer Shift) FindFinalNorm()
    {
        OnnxNode last = Maker(LastState) ?? throw NotFound($"an operation that makes {LastState}");
        if (last is { OpType: "LayerNormalization", Inputs.Count: 3 })
        {
            return (Weight(last.Inputs[1]), Weight(last.Inputs[2]));
        }

        // As exporters before operator set 17 write it: … · scale + shift.
        return Split(last, "Add") is var (product, shift)
            && Maker(product) is { } multiply
            && Split(multiply, "Mul") is var (_, scale)
                ? (Weight(scale), Weight(shift))
                : throw NotFound("a normalization before the output");
    }

    /// <summary>The table that token ids are looked up in: a row a token.</summary>
    /// <exception cref="ModelFormatException">There is none that can be told.</exception>
    public OnnxInitializer FindTokenTable()
    {
        // Ids are reshaped and converted on their way.
        HashSet<string> ids = [.. _graph.Inputs.Where(input => input.Name == "input_ids").Select(input => input.Name)];
        foreach (OnnxNode node in _graph.Nodes)
        {
            if (node.OpType is "Cast" or "Reshape" or "Identity" or "Unsqueeze" or "Squeeze" && ids.Contains(node.Inputs[0]))
            {
                ids.Add(node.Outputs[0]);
            }
            else if (node.OpType == "Gather" && ids.Contains(node.Inputs[1]) && IsConstant(node.Inputs[0]))
            {
                OnnxInitializer table = Weight(node.Inputs[0]);
                return table.Dimensions.Count == 2 ? table : throw NotFound($"a table of rank 2 in place of {table}");
            }
        }

        throw NotFound("a table that input_ids are looked up in");
    }

    // The nearest addition of two computed tensors, on the way up.
    private string? FindStreamAbove(string tensor)
    {
        Queue<string> open = new([tensor]);
        HashSet<string> seen = [];
        while (open.TryDequeue(out string? name))
        {
            if (IsStream(name))
            {
                return name;
            }

            foreach (string input in Maker(name)?.Inputs ?? [])
            {
                if (!IsConstant(input) && seen.Add(input))
                {
                    open.Enqueue(input);
                }
            }
        }

        return null;
    }

    // One of the two that are added is the stream; the other is what a layer makes, which ends in a product and its bias.
    private string? NextAbove(string tensor)
    {
        string[] streams = [.. Maker(tensor)!.Inputs.Select(SkipCasts).Where(IsStream)];
        return streams.Length == 1 ? streams[0] : null;
    }

    private bool IsStream(string tensor) =>
        Maker(tensor) is { OpType: "Add", Inputs.Count: 2 } add && !IsConstant(add.Inputs[0]) && !IsConstant(add.Inputs[1]);

    private string SkipCasts(string tensor)
    {
        while (Maker(tensor) is { OpType: "Cast" or "Identity" } node)
        {
            tensor = node.Inputs[0];
        }

        return tensor;
    }

    private OnnxInitializer Weight(string tensor) =>
        _graph.FindInitializer(SkipCasts(tensor)) ?? throw NotFound($"a weight in place of {tensor}");

    private (string Computed, string Constant)? Split(OnnxNode node, string operation)
    {
        if (node.OpType != operation || node.Inputs.Count != 2 || IsConstant(node.Inputs[0]) == IsConstant(node.Inputs[1]))
        {
            return null;
        }

        return IsConstant(node.Inputs[1]) ? (node.Inputs[0], node.Inputs[1]) : (node.Inputs[1], node.Inputs[0]);
    }

    private OnnxNode? Maker(string tensor) => _makers.GetValueOrDefault(tensor);

    // Whether a tensor is the same for every input. An operation without inputs is a constant; an input of the model has no maker.
    private bool IsConstant(string tensor)
    {
        if (!_constant.TryGetValue(tensor, out bool constant))
        {
            // Until it is known, so that a graph that goes in circles has an end.
            _constant[tensor] = false;
            constant = _graph.FindInitializer(tensor) is not null
                || (Maker(tensor) is { } node && node.Inputs.All(input => input.Length == 0 || IsConstant(input)));
            _constant[tensor] = constant;
        }

        return constant;
    }

    private ModelFormatException NotFound(string expected) => new(_graph.File, $"{expected} in the text encoder's graph", "none");
}
