using SdFleet.Diffusion.Onnx;

namespace SdFleet.Diffusion.Pipelines;

/// <summary>What a Stable Diffusion XL model is told beside the encoded prompt.</summary>
/// <param name="ForceZeros">Whether zeros stand for a negative prompt that is not given.</param>
/// <param name="TakesAesthetics">Whether it is told an aesthetic score in place of the target size.</param>
internal sealed record XlConditioning(bool ForceZeros, bool TakesAesthetics)
{
    private const int IdsWithSize = 6, IdsWithScore = 5;

    /// <summary>How many numbers of <see cref="SizeConditioning"/> it is told.</summary>
    public int TimeIds => TakesAesthetics ? IdsWithScore : IdsWithSize;

    /// <summary>Reads it off a model; null where that is no Stable Diffusion XL.</summary>
    /// <exception cref="ModelFormatException">The U-Net has but one of the inputs, or not of the width that the folder says.</exception>
    public static XlConditioning? Detect(Unet unet, ModelFolder folder)
    {
        if (unet.TextEmbeds is null && unet.TimeIds is null)
        {
            return null;
        }

        if (unet.TextEmbeds is null || unet.TimeIds is null)
        {
            throw new ModelFormatException(
                unet.File, "both text_embeds and time_ids, or none of them", $"only {unet.TextEmbeds ?? unet.TimeIds}");
        }

        // Not all exporters keep the flag; the width of the input says the same.
        int width = unet.TimeIds.Dimensions[1];
        XlConditioning conditioning = new(
            folder.ForceZerosForEmptyPrompt, folder.RequiresAestheticsScore ?? width == IdsWithScore);
        return unet.TimeIds.Takes(1, conditioning.TimeIds)
            ? conditioning
            : throw new ModelFormatException(
                unet.File,
                FormattableString.Invariant(
                    $"time_ids of {conditioning.TimeIds} numbers, as requires_aesthetics_score is {conditioning.TakesAesthetics}"),
                unet.TimeIds.ToString());
    }

    /// <summary>The numbers for a row of the U-Net's batch, heights and tops first.</summary>
    public float[] IdsOf(GenerationTask task, bool negative)
    {
        SizeConditioning sizes = task.SizeConditioning ?? new();
        ImageSize own = new(task.Width, task.Height);
        ImageSize original = sizes.OriginalSize ?? own, target = sizes.TargetSize ?? own;
        return (TakesAesthetics, negative) switch
        {
            // diffusers tells no crop here unless it is asked to by an option of its own.
            (true, true) => [original.Height, original.Width, 0, 0, (float)sizes.NegativeAestheticScore],
            (true, false) => [original.Height, original.Width, sizes.CropTop, sizes.CropLeft, (float)sizes.AestheticScore],
            _ => [original.Height, original.Width, sizes.CropTop, sizes.CropLeft, target.Height, target.Width],
        };
    }
}
