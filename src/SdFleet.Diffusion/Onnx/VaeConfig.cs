using System.Text.Json;

namespace SdFleet.Diffusion.Onnx;

/// <summary>What a model's autoencoder configuration says of its latents.</summary>
/// <param name="ScalingFactor">What latents were multiplied with after encoding; decoding divides by it.</param>
/// <param name="ScaleFactor">Pixels a side for each latent: 8 in Stable Diffusion.</param>
/// <param name="ForceUpcast">
/// Whether SDXL computes it in float32 even where the rest is float16, which it overflows; where the file does not say, yes, as in diffusers.
/// </param>
internal sealed record VaeConfig(double ScalingFactor, int ScaleFactor, bool ForceUpcast)
{
    // Stable Diffusion's own, for folders that say nothing.
    private static readonly VaeConfig Default = new(0.18215, 8, ForceUpcast: true);

    private static readonly string[] Components = [ModelComponents.VaeDecoder, "vae", ModelComponents.VaeEncoder];

    /// <summary>Reads the first configuration there is: exporters put it beside the decoder, or keep diffusers' folder "vae".</summary>
    public static VaeConfig Load(ModelFolder folder)
    {
        foreach (string component in Components)
        {
            using JsonDocument? document = folder.ReadConfig(component);
            if (document is not null)
            {
                return Read(document.RootElement, folder.PathOf(component, "config.json"));
            }
        }

        return Default;
    }

    private static VaeConfig Read(JsonElement config, string file)
    {
        double scaling = Default.ScalingFactor;
        if (config.TryGetProperty("scaling_factor", out JsonElement factor)
            && !(factor.ValueKind == JsonValueKind.Number && (scaling = factor.GetDouble()) > 0 && double.IsFinite(scaling)))
        {
            throw new ModelFormatException(file, "a scaling_factor above 0", factor.GetRawText());
        }

        // Each block after the first halves the size.
        bool known = config.TryGetProperty("block_out_channels", out JsonElement blocks);
        if (known && !(blocks.ValueKind == JsonValueKind.Array && blocks.GetArrayLength() is >= 1 and <= 8))
        {
            throw new ModelFormatException(file, "block_out_channels with 1 to 8 entries", blocks.GetRawText());
        }

        foreach (string statistics in (string[])["latents_mean", "latents_std"])
        {
            if (config.TryGetProperty(statistics, out JsonElement values) && values.ValueKind != JsonValueKind.Null)
            {
                throw new ModelFormatException(file, $"latents that are scaled only, without {statistics}", values.GetRawText());
            }
        }

        bool upcast = !config.TryGetProperty("force_upcast", out JsonElement force) || force.ValueKind != JsonValueKind.False;
        return new(scaling, known ? 1 << (blocks.GetArrayLength() - 1) : Default.ScaleFactor, upcast);
    }
}
