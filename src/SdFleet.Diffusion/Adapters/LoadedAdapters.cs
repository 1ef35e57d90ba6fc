using System.Runtime.InteropServices;
using SdFleet.Diffusion.Onnx;
using SdFleet.Diffusion.Onnx.Graph;
using SdFleet.Diffusion.Tokenization;
using SdFleet.Diffusion.Weights;

namespace SdFleet.Diffusion.Adapters;

/// <summary>Adapters that were checked against a model: each of their changes has found its weight.</summary>
internal sealed class LoadedAdapters : IDisposable
{
    // Of names in a message. A LoRA has hundreds, all of which are wrong where it is for another model.
    private const int Shown = 100;

    private readonly TokenEmbeddings _embeddings;
    private readonly List<LoraFile> _files = [];
    private readonly Dictionary<string, ModelLayers> _models = [];
    private readonly Dictionary<string, List<Change>> _changes = [];

    private LoadedAdapters(ModelFolder folder, ModelAdapters adapters)
    {
        _embeddings = new(folder, adapters.Embeddings);
        try
        {
            foreach (Lora lora in adapters.Loras)
            {
                LoraFile file = LoraFile.Open(lora);
                _files.Add(file);
                Match(file, folder);
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Opens and checks adapters; the caller disposes them when the model is loaded.</summary>
    /// <exception cref="ArgumentException">A scale is out of range.</exception>
    /// <exception cref="ModelFormatException">A file is no LoRA, or not one for this model.</exception>
    public static LoadedAdapters Load(ModelFolder folder, ModelAdapters adapters)
    {
        adapters.Validate();
        return new(folder, adapters);
    }

    /// <summary>Whether a network is changed.</summary>
    public bool Changes(string component) => _changes.ContainsKey(component) || _embeddings.Changes(component);

    /// <summary>What changes a network, as text: the same for the same files with the same scales, empty for nothing.</summary>
    public string KeyOf(string component)
    {
        IEnumerable<string> loras = _changes.GetValueOrDefault(component, [])
            .Select(change => change.File)
            .Distinct()
            .Select(file => FormattableString.Invariant($"{StampOf(file.File)} x {file.Scale:R}"));
        IEnumerable<string> embeddings = _embeddings.Changes(component)
            ? _embeddings.Resolved.Select(embedding => $"{StampOf(embedding.Path)} as {embedding.Token}") : [];
        return string.Join('\n', loras.Concat(embeddings));
    }

    /// <summary>The embeddings, each with its word.</summary>
    public IReadOnlyList<TextualInversion> Embeddings => _embeddings.Resolved;

    /// <summary>The words that a text encoder's tokenizer gets; to be asked for after <see cref="Apply"/>.</summary>
    public IReadOnlyList<AddedToken> WordsOf(string component) => _embeddings.WordsOf(component);

    /// <summary>Changes a network's weights. Weights that the model converts to float32 anyway become float32, and lose nothing.</summary>
    /// <exception cref="ModelFormatException">A file can no longer be read, or has weights of another type.</exception>
    public void Apply(string component, OnnxGraphEditor editor)
    {
        _embeddings.Apply(component, editor);
        foreach (IGrouping<string, Change> changes in _changes.GetValueOrDefault(component, []).GroupBy(c => c.Weight.Initializer.Name))
        {
            LayerWeight weight = changes.First().Weight;
            OnnxInitializer initializer = weight.Initializer;
            float[] values = editor.Graph.ReadFloats(initializer);
            foreach (Change change in changes)
            {
                LoraMath.Add(values, change.File.Read(change.Layer), weight.Transposed);
            }

            if (initializer.Type == OnnxElementType.BFloat16 && !weight.Widened)
            {
                throw new ModelFormatException(editor.Graph.File, "weights of float32 or float16", initializer.ToString());
            }

            bool half = initializer.Type == OnnxElementType.Float16 && !weight.Widened;
            editor.ReplaceInitializer(
                initializer.Name,
                half ? OnnxElementType.Float16 : OnnxElementType.Float32,
                initializer.Dimensions,
                half ? FloatFormats.ToHalf(values) : MemoryMarshal.AsBytes(values.AsSpan()).ToArray());
        }
    }

    /// <summary>Closes the files.</summary>
    public void Dispose() => _files.ForEach(file => file.Dispose());

    /// <summary>All names, or where they are very many the first ones, for messages.</summary>
    internal static string ListOf(IReadOnlyCollection<string> names) => string.Join(", ", names.Take(Shown))
        + (names.Count > Shown ? FormattableString.Invariant($" and {names.Count - Shown} more") : "");

    // A file that was written anew is another one.
    private static string StampOf(string path) =>
        FormattableString.Invariant($"{path} {new FileInfo(path).Length} {File.GetLastWriteTimeUtc(path).Ticks}");

    private void Match(LoraFile file, ModelFolder folder)
    {
        List<string> unknown = [];
        HashSet<(string Component, string Layer)> named = [.. file.Layers.Select(layer => (layer.Component, layer.Layer))];
        foreach (LoraLayer layer in file.Layers)
        {
            if (LayersOf(layer.Component, folder) is not { } model || model.Find(layer.Layer) is not { } weight)
            {
                unknown.Add(layer.Down.Name);
            }
            else if (weight.Out != layer.Out || weight.In != layer.In)
            {
                throw new ModelFormatException(
                    file.File, $"a LoRA for this model, which has {weight.Initializer} in this layer", layer.ToString());
            }
            else if (file.Scale != 0 && !IsNamedAgain(layer, model.NameOf(layer.Layer)))
            {
                CollectionsMarshal.GetValueRefOrAddDefault(_changes, layer.Component, out _) ??= [];
                _changes[layer.Component].Add(new(file, layer, weight));
            }
        }

        RequireKnown(file, unknown);

        // Some files have each layer twice, for programs of either names; as in diffusers, its own ones count.
        bool IsNamedAgain(LoraLayer layer, string name) => name != layer.Layer && named.Contains((layer.Component, name));
    }

    private void RequireKnown(LoraFile file, List<string> unknown)
    {
        if (unknown.Count == file.Layers.Count)
        {
            string? example = _models.Values.Select(model => model.Example).FirstOrDefault(layer => layer is not null);
            throw new ModelFormatException(
                file.File,
                $"a LoRA for this model, {(example is null ? "whose layers have no names" : $"which has layers such as {example}")}",
                FormattableString.Invariant($"{unknown.Count} layers that it does not have: {ListOf(unknown)}"));
        }

        if (unknown.Count > 0)
        {
            throw new ModelFormatException(
                file.File,
                "a LoRA whose every layer is in the model",
                FormattableString.Invariant($"{unknown.Count} of {file.Layers.Count} that are not: {ListOf(unknown)}"));
        }
    }

    private ModelLayers? LayersOf(string component, ModelFolder folder)
    {
        if (!_models.TryGetValue(component, out ModelLayers? layers) && folder.Has(component))
        {
            layers = new(OnnxGraph.Read(folder.FindModel(component)));
            _models.Add(component, layers);
        }

        return layers;
    }

    private sealed record Change(LoraFile File, LoraLayer Layer, LayerWeight Weight);
}
