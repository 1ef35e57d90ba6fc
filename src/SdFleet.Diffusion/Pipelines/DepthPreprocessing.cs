using SdFleet.Diffusion.Imaging;
using SdFleet.Diffusion.Onnx;

namespace SdFleet.Diffusion.Pipelines;

/// <summary>
/// How a depth estimator wants its image, in the words of transformers' <c>DPTImageProcessor</c>; its defaults stand for what a file does
/// not say.
/// </summary>
internal sealed record DepthPreprocessing
{
    private const int UsualSide = 384, MostMultiple = 4096;
    private const double Half = 0.5;

    /// <summary>Whether the image is resized at all.</summary>
    public bool Resizes { get; private init; } = true;

    /// <summary>Rows that the estimator wants.</summary>
    public int Height { get; private init; } = UsualSide;

    /// <summary>Columns that the estimator wants.</summary>
    public int Width { get; private init; } = UsualSide;

    /// <summary>Whether the image keeps its proportions: then one side is as wanted, the one that changes less.</summary>
    public bool KeepsAspectRatio { get; private init; }

    /// <summary>What both sides are rounded to.</summary>
    public int Multiple { get; private init; } = 1;

    /// <summary>How the image is resized.</summary>
    public ResizeFilter Filter { get; private init; } = ResizeFilter.Bicubic;

    /// <summary>What levels of 0 to 255 are multiplied with.</summary>
    public float Scale { get; private init; } = 1f / byte.MaxValue;

    /// <summary>What is then subtracted, by channel.</summary>
    public IReadOnlyList<float> Mean { get; private init; } = [(float)Half, (float)Half, (float)Half];

    /// <summary>What is then divided by, by channel.</summary>
    public IReadOnlyList<float> Deviation { get; private init; } = [(float)Half, (float)Half, (float)Half];

    /// <summary>Reads the file beside the estimator, or in diffusers' folder for it.</summary>
    /// <exception cref="ModelFormatException">A value in it is not what it must be.</exception>
    public static DepthPreprocessing Load(ModelFolder folder)
    {
        string? file = new[] { ModelComponents.DepthEstimator, ModelComponents.FeatureExtractor }
            .Select(component => folder.PathOf(component, PreprocessorFile.Name))
            .FirstOrDefault(File.Exists);
        if (file is null)
        {
            return new();
        }

        using PreprocessorFile config = PreprocessorFile.Open(file);
        (int height, int width) = config.Size("size", UsualSide);
        bool normalizes = config.Flag("do_normalize", absent: true);
        return new()
        {
            Resizes = config.Flag("do_resize", absent: true),
            Height = height,
            Width = width,
            KeepsAspectRatio = config.Flag("keep_aspect_ratio", absent: false),
            Multiple = config.Whole("ensure_multiple_of", 1, 1, MostMultiple),
            Filter = config.Filter(ResizeFilter.Bicubic),
            Scale = config.Flag("do_rescale", absent: true) ? (float)config.Number("rescale_factor", 1.0 / byte.MaxValue, 0, 1) : 1,
            Mean = normalizes ? Singles(config.Channels("image_mean", [Half, Half, Half])) : [0, 0, 0],
            Deviation = normalizes ? Singles(config.Channels("image_std", [Half, Half, Half], above: 0)) : [1, 1, 1],
        };
    }

    /// <summary>The image in the estimator's size.</summary>
    public RgbImage Resize(RgbImage image)
    {
        if (!Resizes)
        {
            return image;
        }

        double across = (double)Width / image.Width, down = (double)Height / image.Height;
        if (KeepsAspectRatio)
        {
            across = down = Math.Abs(1 - across) < Math.Abs(1 - down) ? across : down;
        }

        return ImageResize.Resize(image, Rounded(across * image.Width), Rounded(down * image.Height), Filter);
    }

    /// <summary>Writes an image's planes as the estimator takes them, one behind the other.</summary>
    public void Write(RgbImage image, Span<float> planes)
    {
        ReadOnlySpan<byte> pixels = image.Pixels;
        int plane = pixels.Length / RgbImage.Channels;
        for (int i = 0; i < pixels.Length; i++)
        {
            int channel = i % RgbImage.Channels;
            planes[(channel * plane) + (i / RgbImage.Channels)] = ((pixels[i] * Scale) - Mean[channel]) / Deviation[channel];
        }
    }

    private int Rounded(double side) => Math.Clamp((int)Math.Round(side / Multiple) * Multiple, Multiple, RgbImage.MaxSide);

    private static float[] Singles(double[] values) => Array.ConvertAll(values, value => (float)value);
}
