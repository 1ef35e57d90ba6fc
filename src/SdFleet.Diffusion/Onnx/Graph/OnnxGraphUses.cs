namespace SdFleet.Diffusion.Onnx.Graph;

/// <summary>Who makes and who takes each tensor of a model, while operations are taken out of it and others put in.</summary>
internal sealed class OnnxGraphUses
{
    private readonly OnnxGraphEditor _model;
    private readonly Dictionary<string, int> _makers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _uses = new(StringComparer.Ordinal);
    private readonly HashSet<string> _varying;
    private readonly HashSet<int> _removed = [];

    public OnnxGraphUses(OnnxGraphEditor model)
    {
        _model = model;
        _varying = new(model.Graph.Inputs.Select(input => input.Name), StringComparer.Ordinal);
        for (int i = 0; i < model.Graph.Nodes.Count; i++)
        {
            OnnxNode node = model.Graph.Nodes[i];
            foreach (string input in node.Inputs)
            {
                AddUse(input);
            }

            foreach (string output in node.Outputs)
            {
                _makers[output] = i;
            }

            // Operations stand behind those whose results they take.
            if (node.Inputs.Any(_varying.Contains))
            {
                _varying.UnionWith(node.Outputs);
            }
        }
    }

    /// <summary>The index of the operation that makes a tensor; null where it is a weight or an input.</summary>
    public int? IndexOfMaker(string tensor) => _makers.TryGetValue(tensor, out int index) ? index : null;

    /// <summary>The operation of ONNX's own that makes a tensor, else null.</summary>
    public OnnxNode? MakerOf(string tensor) =>
        IndexOfMaker(tensor) is int index && _model.Graph.Nodes[index] is { Domain.Length: 0 } node ? node : null;

    /// <summary>Whether a tensor depends on the model's inputs.</summary>
    public bool Varies(string tensor) => _varying.Contains(tensor);

    /// <summary>Whether one operation takes a tensor, once, and nobody else sees it.</summary>
    public bool HasOneUse(string tensor) => _uses.GetValueOrDefault(tensor) == 1 && !IsSeen(tensor);

    /// <summary>Counts a new operation that takes a tensor.</summary>
    public void AddUse(string tensor) => _uses[tensor] = _uses.GetValueOrDefault(tensor) + 1;

    /// <summary>Takes operations out of the model, with all operations and weights that nobody else takes anything of.</summary>
    /// <param name="nodes">Their indices.</param>
    public void Remove(IEnumerable<int> nodes)
    {
        Stack<int> open = new(nodes);
        while (open.TryPop(out int index))
        {
            if (_removed.Add(index))
            {
                _model.ReplaceNode(index, []);
                foreach (string input in _model.Graph.Nodes[index].Inputs.Where(input => input.Length > 0))
                {
                    RemoveUse(input, open);
                }
            }
        }
    }

    private void RemoveUse(string tensor, Stack<int> open)
    {
        _uses[tensor]--;
        if (IndexOfMaker(tensor) is int maker)
        {
            if (_model.Graph.Nodes[maker].Outputs.All(IsUnused))
            {
                open.Push(maker);
            }
        }
        else if (IsUnused(tensor) && _model.Graph.FindInitializer(tensor) is not null)
        {
            _model.RemoveInitializer(tensor);
        }
    }

    private bool IsUnused(string tensor) => _uses.GetValueOrDefault(tensor) == 0 && !IsSeen(tensor);

    private bool IsSeen(string tensor) => _model.IsOutput(tensor) || _model.Graph.Content.InnerInputs.Contains(tensor);
}
