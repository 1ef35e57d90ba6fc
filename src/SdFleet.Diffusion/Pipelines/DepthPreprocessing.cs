using System.Text.Json;
using SdFleet.Diffusion.Imaging;
using SdFleet.Diffusion.Onnx;

namespace SdFleet.Diffusion.Pipelines;

/// <summary>
/// How a depth estimator wants its image, in the words of transformers' <c>DPTImageProcessor</c>; its defaults stand for what a file does
/// not say.
/// </summary>
internal sealed record DepthPreprocessing
{
    private const string FileName = "preprocessor_config.json";
    private const int MostSide = 4096;
    private const float Half = 0.5f;

    /// <summary>Whether the image is resized at all.</summary>
    public bool Resizes { get; private init; } = true;

    /// <summary>Rows that the estimator wants.</summary>
    public int Height { get; private init; } = 384;

    /// <summary>Columns that the estimator wants.</summary>
    public int Width { get; private init; } = 384;

    /// <summary>Whether the image keeps its proportions: then one side is as wanted, the one that changes less.</summary>
    public bool KeepsAspectRatio { get; private init; }

    /// <summary>What kept proportions are rounded to.</summary>
    public int Multiple { get; private init; } = 1;

    /// <summary>How the image is resized.</summary>
    public ResizeFilter Filter { get; private init; } = ResizeFilter.Bicubic;

    /// <summary>What levels of 0 to 255 are multiplied with.</summary>
    public float Scale { get; private init; } = 1f / byte.MaxValue;

    /// <summary>What is then subtracted, by channel.</summary>
    public IReadOnlyList<float> Mean { get; private init; } = [Half, Half, Half];

    /// <summary>What is then divided by, by channel.</summary>
    public IReadOnlyList<float> Deviation { get; private init; } = [Half, Half, Half];

    /// <summary>Reads the file beside the estimator, or in diffusers' folder for it.</summary>
    /// <exception cref="ModelFormatException">A value in it is not what it must be.</exception>
    public static DepthPreprocessing Load(ModelFolder folder)
    {
        string? file = new[] { ModelComponents.DepthEstimator, ModelComponents.FeatureExtractor }
            .Select(component => folder.PathOf(component, FileName))
            .FirstOrDefault(File.Exists);
        if (file is null)
        {
            return new();
        }

        using JsonDocument document = JsonFile.Read(file);
        Reader config = new(file, document.RootElement);
        DepthPreprocessing defaults = new();
        (int height, int width) = config.Size(defaults.Height, defaults.Width);
        bool normalizes = config.Flag("do_normalize", true);
        return new()
        {
            Resizes = config.Flag("do_resize", true),
            Height = height,
            Width = width,
            KeepsAspectRatio = config.Flag("keep_aspect_ratio", false),
            Multiple = (int)config.Number("ensure_multiple_of", 1, 1, MostSide),
            Filter = config.Number("resample", 3, 1, 3) switch
            {
                1 => ResizeFilter.Lanczos,
                2 => ResizeFilter.Bilinear,
                _ => ResizeFilter.Bicubic,
            },
            Scale = config.Flag("do_rescale", true) ? (float)config.Number("rescale_factor", defaults.Scale, 0, 1) : 1,
            Mean = normalizes ? config.Channels("image_mean", defaults.Mean, float.MinValue) : [0, 0, 0],
            Deviation = normalizes ? config.Channels("image_std", defaults.Deviation, float.Epsilon) : [1, 1, 1],
        };
    }

    /// <summary>The image in the estimator's size.</summary>
    public RgbImage Resize(RgbImage image)
    {
        if (!Resizes)
        {
            return image;
        }

        (int width, int height) = (Width, Height);
        if (KeepsAspectRatio)
        {
            double across = (double)Width / image.Width, down = (double)Height / image.Height;
            double scale = Math.Abs(1 - across) < Math.Abs(1 - down) ? across : down;
            (width, height) = (Rounded(scale * image.Width), Rounded(scale * image.Height));
        }

        return ImageResize.Resize(image, width, height, Filter);
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

    private readonly struct Reader(string file, JsonElement root)
    {
        public bool Flag(string key, bool fallback) => !Find(key, out JsonElement value) ? fallback : value.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => throw Wrong($"a {key} of true or false", value),
        };

        public double Number(string key, double fallback, double min, double max)
        {
            if (!Find(key, out JsonElement value))
            {
                return fallback;
            }

            return value.ValueKind == JsonValueKind.Number && value.GetDouble() is var number && number >= min && number <= max
                ? number
                : throw Wrong(FormattableString.Invariant($"a {key} within {min} to {max}"), value);
        }

        public float[] Channels(string key, IReadOnlyList<float> fallback, float above)
        {
            if (!Find(key, out JsonElement value))
            {
                return [.. fallback];
            }

            return value.ValueKind == JsonValueKind.Array
                && value.GetArrayLength() == RgbImage.Channels
                && value.EnumerateArray().All(v => v.ValueKind == JsonValueKind.Number && v.GetSingle() > above)
                    ? [.. value.EnumerateArray().Select(v => v.GetSingle())]
                    : throw Wrong($"an {key} of {RgbImage.Channels} numbers", value);
        }

        // Older files have one number for both sides.
        public (int Height, int Width) Size(int height, int width)
        {
            if (!Find("size", out JsonElement value))
            {
                return (height, width);
            }

            if (value.ValueKind == JsonValueKind.Number)
            {
                int side = (int)Number("size", height, 1, MostSide);
                return (side, side);
            }

            return value.ValueKind == JsonValueKind.Object
                ? ((int)new Reader(file, value).Number("height", height, 1, MostSide), (int)new Reader(file, value).Number("width", width, 1, MostSide))
                : throw Wrong("a size of a number or of height and width", value);
        }

        private bool Find(string key, out JsonElement value)
        {
            value = default;
            return root.ValueKind == JsonValueKind.Object
                ? root.TryGetProperty(key, out value) && value.ValueKind != JsonValueKind.Null
                : throw Wrong("a JSON object", root);
        }

        private ModelFormatException Wrong(string expected, JsonElement value) => new(file, expected, value.GetRawText());
    }
}
