using System.Text.Json;
using System.Text.RegularExpressions;
using SdFleet.Diffusion.Weights;

namespace SdFleet.Diffusion.Adapters;

/// <summary>
/// What PEFT keeps beside its matrices, and diffusers in the file's metadata: <c>unet.lora_alpha</c>, <c>unet.alpha_pattern</c> with other
/// numbers for some layers, and <c>unet.use_rslora</c> (arXiv:2312.03732), with which the root of the rank stands for the rank.
/// </summary>
internal sealed class PeftScales
{
    private const string Key = "lora_adapter_metadata";

    // Far more than a network has layers.
    private const int MostPatterns = 10_000;

    private readonly Dictionary<string, double> _alphas = new(StringComparer.Ordinal);
    private readonly List<(string Component, Regex Layers, double Alpha)> _patterns = [];
    private readonly HashSet<string> _rooted = new(StringComparer.Ordinal);

    private PeftScales()
    {
    }

    /// <summary>Reads it; where there is none, alpha is the rank.</summary>
    /// <exception cref="ModelFormatException">It is not of that form.</exception>
    public static PeftScales Read(SafetensorsFile file)
    {
        PeftScales scales = new();
        if (!file.Metadata.TryGetValue(Key, out string? text))
        {
            return scales;
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            foreach (JsonProperty entry in document.RootElement.EnumerateObject())
            {
                scales.Add(entry);
            }

            return scales;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or ArgumentException or NotSupportedException)
        {
            throw new ModelFormatException(file.File, $"a JSON object in its metadata \"{Key}\"", error.Message, error);
        }
    }

    /// <summary>The alpha of a layer that has none of its own in the file.</summary>
    public double AlphaOf(LoraLayer layer)
    {
        int own = _patterns.FindIndex(pattern => pattern.Component == layer.Component && pattern.Layers.IsMatch(PathOf(layer)));
        return own >= 0 ? _patterns[own].Alpha : _alphas.GetValueOrDefault(layer.Component, layer.Rank);
    }

    /// <summary>What that alpha is divided by.</summary>
    public double DivisorOf(LoraLayer layer) => _rooted.Contains(layer.Component) ? Math.Sqrt(layer.Rank) : layer.Rank;

    private void Add(JsonProperty entry)
    {
        int dot = entry.Name.LastIndexOf('.');
        if (dot < 0)
        {
            return;
        }

        string component = entry.Name[..dot];
        switch (entry.Name[(dot + 1)..])
        {
            case "lora_alpha" when entry.Value.TryGetDouble(out double alpha):
                _alphas[component] = alpha;
                break;
            case "use_rslora" when entry.Value.ValueKind == JsonValueKind.True:
                _rooted.Add(component);
                break;
            case "alpha_pattern" when entry.Value.ValueKind == JsonValueKind.Object:
                foreach (JsonProperty pattern in entry.Value.EnumerateObject())
                {
                    if (_patterns.Count == MostPatterns)
                    {
                        throw new InvalidOperationException(
                            FormattableString.Invariant($"{entry.Name} has more than {MostPatterns} entries"));
                    }

                    // A regular expression to PEFT, for the end of a layer's path. Whoever made the file shall not keep us busy with it.
                    Regex layers = new($@"^(.*\.)?({pattern.Name})$", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
                    _patterns.Add((component, layers, pattern.Value.GetDouble()));
                }

                break;
        }
    }

    // "unet.mid_block.attentions.0.proj_in.lora_A.weight" is of mid_block.attentions.0.proj_in.
    private static string PathOf(LoraLayer layer)
    {
        string name = layer.Down.Name;
        int start = name.StartsWith(layer.Component + ".", StringComparison.Ordinal) ? layer.Component.Length + 1 : 0;
        int end = name.LastIndexOf(".lora", StringComparison.Ordinal);
        return end > start ? name[start..end] : name[start..];
    }
}
