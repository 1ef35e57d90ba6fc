using SdFleet.Diffusion.Onnx.Graph;

namespace SdFleet.Diffusion.Adapters;

/// <summary>
/// Which weight of an ONNX model belongs to which layer of the PyTorch model it was exported from. Exporters keep the names of convolutions'
/// weights; those of linear layers become anonymous and transposed (<c>onnx::MatMul_123</c>), but the operation that uses them has the
/// layer's path in its name: <c>/mid_block/attentions.0/proj_in/MatMul</c>.
/// </summary>
internal sealed class ModelLayers
{
    private const string WeightSuffix = ".weight";
    private const int LongestChain = 8;

    private readonly OnnxGraph _graph;
    private readonly Dictionary<string, OnnxNode> _makers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, LayerWeight> _layers = new(StringComparer.Ordinal);

    // The layers' paths by their form with '_' for '.', and by those that the first Stable Diffusion code gave them.
    private readonly Dictionary<string, string> _paths = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _owners = new(StringComparer.Ordinal);
    private readonly HashSet<string> _shared = new(StringComparer.Ordinal);
    private readonly HashSet<string> _usedAsIs = new(StringComparer.Ordinal);

    public ModelLayers(OnnxGraph graph)
    {
        _graph = graph;
        foreach (OnnxNode node in graph.Nodes)
        {
            foreach (string output in node.Outputs)
            {
                _makers[output] = node;
            }

            if (node.OpType != "Cast")
            {
                _usedAsIs.UnionWith(node.Inputs);
            }
        }

        foreach (OnnxNode node in graph.Nodes)
        {
            if (node.OpType is "Conv" or "MatMul" or "Gemm" && node.Inputs.Count > 1)
            {
                Add(node);
            }
        }

        foreach ((string alias, string layer) in OriginalUnetNames.Of([.. _layers.Keys]))
        {
            _paths.TryAdd(LoraKey.Flatten(alias), layer);
        }
    }

    /// <summary>Some path that the model has, for messages; null where its operations have no names.</summary>
    public string? Example => _layers.Keys.FirstOrDefault();

    /// <summary>The weight of a layer, or null.</summary>
    /// <param name="flatPath">The layer's path with '_' for '.'.</param>
    /// <exception cref="ModelFormatException">Other layers use the same weight.</exception>
    public LayerWeight? Find(string flatPath)
    {
        if (!_paths.TryGetValue(flatPath, out string? layer))
        {
            return null;
        }

        LayerWeight weight = _layers[layer];
        return _shared.Contains(weight.Initializer.Name)
            ? throw new ModelFormatException(
                _graph.File, $"a weight of its own for the layer {layer}", $"{weight.Initializer}, which other layers use too")
            : weight;
    }

    /// <summary>The name that diffusers has for a layer, with '_' for '.': the same unless it was asked for by its original one.</summary>
    /// <param name="flatPath">A path that <see cref="Find"/> finds.</param>
    public string NameOf(string flatPath) => LoraKey.Flatten(_paths[flatPath]);

    private void Add(OnnxNode node)
    {
        string tensor = node.Inputs[1];
        string? layer = null;
        bool transposed = node.OpType == "MatMul" || (node.OpType == "Gemm" && node.Integers.GetValueOrDefault("transB") == 0);
        for (int i = 0; i < LongestChain; i++)
        {
            layer ??= tensor.EndsWith(WeightSuffix, StringComparison.Ordinal) ? tensor[..^WeightSuffix.Length] : null;
            if (_graph.FindInitializer(tensor) is { } initializer)
            {
                layer ??= PathIn(node);
                bool fits = node.OpType == "Conv" ? initializer.Dimensions.Count >= 3 && !transposed : initializer.Dimensions.Count == 2;
                if (layer.Length > 0 && fits)
                {
                    Add(layer, new(initializer, transposed, Widened: !_usedAsIs.Contains(tensor)));
                }

                return;
            }

            if (!_makers.TryGetValue(tensor, out OnnxNode? maker) || maker.Inputs.Count == 0
                || maker.OpType is not ("Cast" or "Identity" or "Transpose"))
            {
                return;
            }

            transposed ^= maker.OpType == "Transpose";
            tensor = maker.Inputs[0];
        }
    }

    private void Add(string layer, LayerWeight weight)
    {
        string initializer = weight.Initializer.Name;
        if (!_owners.TryAdd(initializer, layer) && _owners[initializer] != layer)
        {
            _shared.Add(initializer);
        }

        if (_layers.TryAdd(layer, weight))
        {
            _paths.TryAdd(LoraKey.Flatten(layer), layer);
        }
        else if (_layers[layer].Initializer.Name != initializer)
        {
            // One path, two weights: neither can be told to be the layer's.
            _shared.Add(initializer);
            _shared.Add(_layers[layer].Initializer.Name);
        }
    }

    // "/mid_block/attentions.0/proj_in/MatMul" is the layer mid_block.attentions.0.proj_in.
    private static string PathIn(OnnxNode node)
    {
        int last = node.Name.LastIndexOf('/');
        return last > 0 && node.Name.AsSpan(last + 1).StartsWith(node.OpType, StringComparison.Ordinal)
            ? node.Name[..last].TrimStart('/').Replace('/', '.')
            : "";
    }
}
