using System.Text.Json;

namespace SdFleet.Diffusion.Onnx;

/// <summary>What the configuration of a text encoder says.</summary>
internal static class TextEncoderConfig
{
    private const string LayersKey = "num_hidden_layers", MaskKey = "use_attention_mask";

    /// <summary>
    /// The number of layers. The outputs alone do not tell: some exporters write the last layer's states a second time, and some do not.
    /// </summary>
    /// <exception cref="ModelFormatException">The configuration does not say.</exception>
    public static int ReadLayers(ModelFolder folder, string component)
    {
        using JsonDocument? config = folder.ReadConfig(component);
        JsonElement value = default;
        bool known = config is not null && config.RootElement.TryGetProperty(LayersKey, out value);
        return known && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int layers) && layers > 0
            ? layers
            : throw new ModelFormatException(
                folder.PathOf(component, "config.json"),
                $"a {LayersKey} above 0, which tells the last but one hidden states",
                known ? value.GetRawText() : "none");
    }

    /// <summary>
    /// Whether the padding is hidden from the encoder. Stable Diffusion was trained without, so that diffusers does it only where this is
    /// asked for, and never in SDXL.
    /// </summary>
    public static bool HidesPadding(ModelFolder folder, string component)
    {
        using JsonDocument? config = folder.ReadConfig(component);
        return config is not null
            && config.RootElement.TryGetProperty(MaskKey, out JsonElement value)
            && value.ValueKind == JsonValueKind.True;
    }
}
