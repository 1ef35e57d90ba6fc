using System.Text.Json;
using SdFleet.Diffusion.Onnx;

namespace SdFleet.Diffusion.Pipelines;

/// <summary>Finds out how a model is told the guidance scale.</summary>
internal static class GuidanceInput
{
    // Two waves: of one there is no shortest and longest.
    private const int MinWidth = 4;

    private const string WidthKey = "time_cond_proj_dim";

    /// <summary>The length of the vector that tells it; 0 where the model is not told.</summary>
    /// <exception cref="ModelFormatException">Neither the input nor the configuration says the length.</exception>
    public static int WidthOf(Unet unet, ModelFolder folder)
    {
        if (unet.GuidanceVector is not { } input)
        {
            return 0;
        }

        int width = input.Dimensions[1] > 0 ? input.Dimensions[1] : ReadWidth(folder);
        return width >= MinWidth
            ? width
            : throw new ModelFormatException(
                unet.File,
                FormattableString.Invariant($"{input.Name} of {MinWidth} or more numbers, or a {WidthKey} in its configuration"),
                input.ToString());
    }

    private static int ReadWidth(ModelFolder folder)
    {
        using JsonDocument? config = folder.ReadConfig(ModelComponents.Unet);
        return config is not null
            && config.RootElement.TryGetProperty(WidthKey, out JsonElement value)
            && value.ValueKind == JsonValueKind.Number
            && value.TryGetInt32(out int width)
                ? width
                : -1;
    }
}
