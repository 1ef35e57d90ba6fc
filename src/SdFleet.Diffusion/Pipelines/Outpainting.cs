using SdFleet.Diffusion.Imaging;

namespace SdFleet.Diffusion.Pipelines;

/// <summary>
/// Outpainting: a canvas that reaches beyond an image, with a mask over what is new, for inpainting with models of the kinds
/// <see cref="ModelKind.General"/> and <see cref="ModelKind.Inpainting"/>.
/// </summary>
/// <remarks>
/// Width and height become multiples of what the model needs: they are rounded up, and the pixels that this adds go where the image grows
/// anyway: to the right, and to the left where only the left grows; to the bottom, and to the top where only the top grows.
/// </remarks>
public sealed record Outpainting
{
    /// <summary>New pixels to the left, 0 or more.</summary>
    public int Left { get; init; }

    /// <summary>New pixels above, 0 or more.</summary>
    public int Top { get; init; }

    /// <summary>New pixels to the right, 0 or more.</summary>
    public int Right { get; init; }

    /// <summary>New pixels below, 0 or more.</summary>
    public int Bottom { get; init; }

    /// <summary>
    /// How many pixels of the image, beside each side that grows, pass over into what is new: the mask falls from white to black there. 0
    /// or more; default 16, two latents.
    /// </summary>
    public int Feather { get; init; } = 16;

    /// <summary>
    /// Makes a task that paints what is beyond an image: size, <see cref="GenerationTask.InitImage"/> and
    /// <see cref="GenerationTask.Mask"/> are replaced, and <see cref="GenerationTask.Overlay"/> is set, so that the image is given back
    /// pixel by pixel but for the feather.
    /// </summary>
    /// <param name="task">
    /// All that does not change. At a <see cref="GenerationTask.Strength"/> of 1 nothing of the fill is left; below, colors of the image's
    /// edge stay in what is new.
    /// </param>
    /// <param name="image">The image.</param>
    /// <param name="sizeMultiple">What sides are multiples of: <see cref="PipelineInfo.RoundMultiple"/>.</param>
    /// <exception cref="ArgumentException">A field is out of range, nothing grows, or the canvas is too large.</exception>
    public GenerationTask Apply(GenerationTask task, RgbImage image, int sizeMultiple)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(image);
        ArgumentOutOfRangeException.ThrowIfLessThan(sizeMultiple, 1);
        GenerationLimits.CheckRange(nameof(Left), Left, 0, GenerationLimits.MaxSide);
        GenerationLimits.CheckRange(nameof(Top), Top, 0, GenerationLimits.MaxSide);
        GenerationLimits.CheckRange(nameof(Right), Right, 0, GenerationLimits.MaxSide);
        GenerationLimits.CheckRange(nameof(Bottom), Bottom, 0, GenerationLimits.MaxSide);
        GenerationLimits.CheckRange(nameof(Feather), Feather, 0, GenerationLimits.MaxSide);
        if (Left + Top + Right + Bottom == 0)
        {
            throw new ArgumentException("Left, Top, Right and Bottom are 0; at least one side must grow.");
        }

        (int left, int right) = RoundUp(Left, image.Width, Right, sizeMultiple, nameof(GenerationTask.Width));
        (int top, int bottom) = RoundUp(Top, image.Height, Bottom, sizeMultiple, nameof(GenerationTask.Height));
        OutpaintingCanvas canvas = new(image, left, top, right, bottom);
        return task with
        {
            Width = canvas.Width,
            Height = canvas.Height,
            InitImage = canvas.Fill(unchecked((ulong)task.Seed)),
            Mask = canvas.Mask(Feather),
            Overlay = true,
        };
    }

    private static (int Before, int After) RoundUp(int before, int size, int after, int multiple, string field)
    {
        int whole = before + size + after;
        int added = ((whole + multiple - 1) / multiple * multiple) - whole;
        if (whole + added > GenerationLimits.MaxSide)
        {
            throw new ArgumentException(
                FormattableString.Invariant(
                    $"{field} of the canvas is {before} + {size} + {after} pixels; at most {GenerationLimits.MaxSide} are taken."),
                field);
        }

        return before > 0 && after == 0 ? (before + added, after) : (before, after + added);
    }
}
