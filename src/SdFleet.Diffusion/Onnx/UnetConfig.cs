using System.Text.Json;

namespace SdFleet.Diffusion.Onnx;

/// <summary>What a model's U-Net configuration says of sizes.</summary>
internal static class UnetConfig
{
    private const string BlocksKey = "block_out_channels";
    private const int MostBlocks = 8;

    /// <summary>
    /// How often the U-Net halves its latents: once after each block but the last; 0 where it does not say. A side that cannot be halved so
    /// often is rounded up on the way down, and then fits its other half no longer on the way up, unless the exporter has provided for it.
    /// </summary>
    /// <exception cref="ModelFormatException">The configuration is none.</exception>
    public static int CountHalvings(ModelFolder folder)
    {
        using JsonDocument? config = folder.ReadConfig(ModelComponents.Unet);
        if (config is null || !config.RootElement.TryGetProperty(BlocksKey, out JsonElement blocks))
        {
            return 0;
        }

        return blocks.ValueKind == JsonValueKind.Array && blocks.GetArrayLength() is >= 1 and <= MostBlocks
            ? blocks.GetArrayLength() - 1
            : throw new ModelFormatException(
                folder.PathOf(ModelComponents.Unet, "config.json"),
                FormattableString.Invariant($"{BlocksKey} with 1 to {MostBlocks} entries"),
                blocks.GetRawText());
    }
}
