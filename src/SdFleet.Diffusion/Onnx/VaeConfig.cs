using System.Text.Json;

namespace SdFleet.Diffusion.Onnx;

/// <summary>What a model's autoencoder configuration says of its latents.</summary>
/// <param name="ScalingFactor">What latents were multiplied with after encoding; decoding divides by it.</param>
/// <param name="ScaleFactor">Pixels a side for each latent: 8 in Stable Diffusion.</param>
internal sealed record VaeConfig(double ScalingFactor, int ScaleFactor)
{
    // Stable Diffusion's own, for folders that say nothing.
    private static readonly VaeConfig Default = new(0.18215, 8);

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

        return new(scaling, known ? 1 << (blocks.GetArrayLength() - 1) : Default.ScaleFactor);
    }
}
