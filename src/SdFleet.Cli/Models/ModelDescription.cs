using System.Globalization;
using SdFleet.Diffusion.Pipelines;

namespace SdFleet.Cli.Models;

/// <summary>What a loaded model is, in words.</summary>
internal static class ModelDescription
{
    /// <summary>Facts, each a name and a text; only those that say something of this model.</summary>
    public static IEnumerable<(string What, string Text)> Of(PipelineInfo info, ModelDefaults defaults)
    {
        yield return ("kind", $"{Family(info.Family)}: {Uses(info)}");
        yield return ("best with", Text(
            $"{defaults.Width}x{defaults.Height}, {defaults.Steps} steps, guidance {defaults.GuidanceScale}"));
        if (info.GuidanceIsInput)
        {
            yield return ("", "is told the guidance scale: no second row, and negative prompts do not count");
        }

        var (width, height, rows) = (info.FixedShape.Width, info.FixedShape.Height, info.FixedShape.Rows);
        if (width is not null || height is not null)
        {
            yield return ("exported for", $"{Side(width)}x{Side(height)} only");
        }

        if (rows is not null)
        {
            yield return (width is null && height is null ? "exported for" : "", Text(
                $"{rows} rows a call of the U-Net; a guided image has two, and a larger batch takes several calls"));
        }

        if (info.VaeMayOverflow)
        {
            yield return ("beware", "the decoder is float16 and its force_upcast asks for float32: images may come out as no numbers");
        }
    }

    private static string Family(ModelFamily family) => family switch
    {
        ModelFamily.StableDiffusionXl => "Stable Diffusion XL",
        ModelFamily.StableDiffusionXlRefiner => "Stable Diffusion XL refiner",
        _ => "Stable Diffusion",
    };

    private static string Uses(PipelineInfo info) => info.Kind switch
    {
        ModelKind.Inpainting => "inpainting",
        ModelKind.DepthToImage => "depth to image",
        ModelKind.Upscaling => "upscaling",
        _ when info.Family == ModelFamily.StableDiffusionXlRefiner => "image to image, inpainting",
        _ => "text to image, image to image, inpainting",
    };

    private static string Side(int? side) => side?.ToString(CultureInfo.InvariantCulture) ?? "any";

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
