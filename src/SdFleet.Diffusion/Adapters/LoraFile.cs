using SdFleet.Diffusion.Weights;

namespace SdFleet.Diffusion.Adapters;

/// <summary>An opened LoRA file: which layers of which networks it changes.</summary>
internal sealed class LoraFile : IDisposable
{
    private readonly SafetensorsFile _file;
    private readonly PeftScales _peft;

    private LoraFile(SafetensorsFile file, double scale)
    {
        _file = file;
        Scale = scale;
        _peft = PeftScales.Read(file);
        Layers = ReadLayers();
    }

    /// <summary>The file.</summary>
    public string File => _file.File;

    /// <summary>How strongly it counts.</summary>
    public double Scale { get; }

    /// <summary>Its changes.</summary>
    public IReadOnlyList<LoraLayer> Layers { get; }

    /// <summary>Opens a file; the caller disposes it.</summary>
    /// <exception cref="ModelFormatException">It is no safetensors file, or holds something else than a LoRA.</exception>
    public static LoraFile Open(Lora lora)
    {
        SafetensorsFile file = SafetensorsFile.Open(lora.Path);
        try
        {
            return new(file, lora.Scale);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Reads a change: W' = W + Factor x Up x Down.</summary>
    public LoraDelta Read(LoraLayer layer)
    {
        float[] down = _file.ReadFloats(layer.Down.Name);
        int rank = (int)layer.Rank;
        if (layer.Mid is not null)
        {
            down = LoraMath.Widen(down, _file.ReadFloats(layer.Mid.Name), rank);
        }

        (double alpha, double divisor) = layer.Alpha is not null
            ? (_file.ReadNumber(layer.Alpha.Name), rank)
            : (_peft.AlphaOf(layer), _peft.DivisorOf(layer));
        return new(Scale * alpha / divisor, _file.ReadFloats(layer.Up.Name), down, rank);
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _file.Dispose();

    private List<LoraLayer> ReadLayers()
    {
        Dictionary<(string Component, string Layer), Dictionary<LoraPart, SafetensorsEntry>> found = [];
        List<string> others = [];
        foreach (SafetensorsEntry tensor in _file.Tensors.Values)
        {
            if (LoraKey.Parse(tensor.Name) is not { } key)
            {
                others.Add(tensor.Name);
                continue;
            }

            if (!found.TryGetValue((key.Component, key.Layer), out Dictionary<LoraPart, SafetensorsEntry>? parts))
            {
                found.Add((key.Component, key.Layer), parts = []);
            }

            if (!parts.TryAdd(key.Part, tensor))
            {
                throw new ModelFormatException(File, "one change a layer", $"both {parts[key.Part].Name} and {tensor.Name}");
            }
        }

        if (others.Count > 0)
        {
            throw new ModelFormatException(
                File,
                found.Count > 0 ? "only the matrices of a LoRA, in kohya's or diffusers' names" : "a LoRA with kohya's or diffusers' names",
                FormattableString.Invariant($"{others.Count} other tensors: {LoadedAdapters.ListOf(others)}"));
        }

        return [.. found.Select(layer => Join(layer.Key.Component, layer.Key.Layer, layer.Value))];
    }

    private LoraLayer Join(string component, string layer, Dictionary<LoraPart, SafetensorsEntry> parts)
    {
        if (!parts.TryGetValue(LoraPart.Down, out SafetensorsEntry? down) || !parts.TryGetValue(LoraPart.Up, out SafetensorsEntry? up))
        {
            throw new ModelFormatException(
                File, $"the matrices down and up of the layer {layer}", string.Join(", ", parts.Values.Select(tensor => tensor.Name)));
        }

        // Before anything of the model is changed.
        if (parts.Where(part => !Takes(part.Key, part.Value.Type)).Select(part => part.Value).FirstOrDefault() is { } other)
        {
            throw new ModelFormatException(File, "tensors of F32, F16 or BF16", other.ToString());
        }

        LoraLayer joined = new(
            component, layer, down, up, parts.GetValueOrDefault(LoraPart.Mid), parts.GetValueOrDefault(LoraPart.Alpha));
        return joined.IsConsistent
            ? joined
            : throw new ModelFormatException(File, "down [rank,in...] and up [out,rank] of the same rank", joined.ToString());
    }

    // Kohya's scripts keep an alpha that was given as a whole number as one, where they are not told what to save in.
    private static bool Takes(LoraPart part, string type) =>
        type is "F32" or "F16" or "BF16" || (part == LoraPart.Alpha && type is "F64" or "I64" or "I32");
}
