using SdFleet.Diffusion.Onnx;

namespace SdFleet.Diffusion.Pipelines;

/// <summary>What a model that was exported without open dimensions leaves no choice of.</summary>
public sealed record FixedShape
{
    /// <summary>The only width of an image, in pixels; null where any will do.</summary>
    public int? Width { get; init; }

    /// <summary>The only height of an image, in pixels; null where any will do.</summary>
    public int? Height { get; init; }

    /// <summary>
    /// The rows of each call of the U-Net; null where any number will do. A batch of another size is run in several calls: it works, and
    /// gains nothing from being one. A guided image has two rows.
    /// </summary>
    public int? Rows { get; init; }

    /// <summary>Reads it off a model's parts.</summary>
    /// <param name="unet">The U-Net.</param>
    /// <param name="decoder">The decoder.</param>
    /// <param name="factor">Pixels a side for each latent.</param>
    /// <exception cref="ModelFormatException">The parts were exported for different sizes.</exception>
    internal static FixedShape Read(Unet unet, VaeDecoder decoder, int factor)
    {
        RequireOneImage(decoder.File, decoder.Latents);
        return new()
        {
            Width = Agree(decoder, 3, unet.Sample) * factor,
            Height = Agree(decoder, 2, unet.Sample) * factor,
            Rows = unet.FixedRows,
        };
    }

    /// <summary>Refuses an image encoder that was exported for another size.</summary>
    internal void Require(VaeEncoder encoder)
    {
        RequireOneImage(encoder.File, encoder.Image);
        if ((Width is { } width && !encoder.Image.Takes(3, width)) || (Height is { } height && !encoder.Image.Takes(2, height)))
        {
            throw new ModelFormatException(
                encoder.File, $"images{Describe(" of ")}, as in the other parts", encoder.Image.ToString());
        }
    }

    /// <summary>Whether an image may have a size.</summary>
    internal bool Takes(int width, int height) => (Width ?? width) == width && (Height ?? height) == height;

    /// <summary>The one size for messages, such as "512xany"; empty where any will do.</summary>
    internal string Describe(string lead) => Width is null && Height is null
        ? ""
        : $"{lead}{Side(Width)}x{Side(Height)}";

    private static string Side(int? side) => side is { } pixels ? FormattableString.Invariant($"{pixels}") : "any";

    // Images are decoded and encoded one by one.
    private static void RequireOneImage(string file, OnnxTensorSpec spec)
    {
        if (!spec.Takes(0, 1))
        {
            throw new ModelFormatException(file, "one image at a time, or any number", spec.ToString());
        }
    }

    private static int? Agree(VaeDecoder decoder, int dimension, OnnxTensorSpec sample)
    {
        int first = decoder.Latents.Dimensions[dimension], second = sample.Dimensions[dimension];
        return first < 0 || second < 0 || first == second
            ? Math.Max(first, second) is var side && side > 0 ? side : null
            : throw new ModelFormatException(decoder.File, $"latents of the U-Net's size, {sample}", decoder.Latents.ToString());
    }
}
