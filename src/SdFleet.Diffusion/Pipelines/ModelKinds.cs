using System.Text.Json;
using SdFleet.Diffusion.Imaging;
using SdFleet.Diffusion.Onnx;

namespace SdFleet.Diffusion.Pipelines;

/// <summary>Finds out what kind a model is.</summary>
internal static class ModelKinds
{
    private const string ChannelsKey = "in_channels";

    /// <summary>The kind that a U-Net's input channels say.</summary>
    /// <param name="unet">The U-Net.</param>
    /// <param name="latents">Channels of the latents.</param>
    /// <param name="folder">Its configuration tells where an exporter left the number of channels open.</param>
    /// <exception cref="ModelFormatException">It is none of those that are known.</exception>
    public static ModelKind Detect(Unet unet, int latents, ModelFolder folder)
    {
        int channels = unet.Sample.Dimensions[1] > 0 ? unet.Sample.Dimensions[1] : ReadChannels(folder) ?? latents;
        foreach (ModelKind kind in Enum.GetValues<ModelKind>())
        {
            if (channels == latents + kind.ExtraChannels(latents))
            {
                CheckLabels(unet, kind);
                return kind;
            }
        }

        IEnumerable<string> known = Enum.GetValues<ModelKind>()
            .Select(kind => FormattableString.Invariant($"{latents + kind.ExtraChannels(latents)} ({kind})"));
        throw new ModelFormatException(
            unet.File, $"as many sample channels as one of {string.Join(", ", known)}", FormattableString.Invariant($"{channels}"));
    }

    /// <summary>How many channels the U-Net is given beside the latents.</summary>
    public static int ExtraChannels(this ModelKind kind, int latents) => kind switch
    {
        ModelKind.Inpainting => 1 + latents,
        ModelKind.DepthToImage => 1,
        ModelKind.Upscaling => RgbImage.Channels,
        _ => 0,
    };

    // Only upscalers are told a class: the noise level.
    private static void CheckLabels(Unet unet, ModelKind kind)
    {
        if (kind == ModelKind.Upscaling && unet.ClassLabels is null)
        {
            throw new ModelFormatException(unet.File, "an input class_labels, for the noise level of upscaling", "none");
        }

        if (kind != ModelKind.Upscaling && unet.ClassLabels is { } labels)
        {
            throw new ModelFormatException(unet.File, $"a U-Net of the kind {kind}, which takes no classes", $"also {labels}");
        }
    }

    private static int? ReadChannels(ModelFolder folder)
    {
        using JsonDocument? config = folder.ReadConfig(ModelComponents.Unet);
        if (config is null || !config.RootElement.TryGetProperty(ChannelsKey, out JsonElement value))
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int channels)
            ? channels
            : throw new ModelFormatException(
                folder.PathOf(ModelComponents.Unet, "config.json"), $"a whole number of {ChannelsKey}", value.GetRawText());
    }
}
