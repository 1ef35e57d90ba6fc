using System.Text.Json;
using SdFleet.Diffusion.Imaging;

namespace SdFleet.Diffusion.Scoring;

/// <summary>
/// Makes of images what a CLIP model takes, as its preprocessor_config.json says: the shorter side resized bicubically, the middle cut out,
/// colors scaled and normalized (transformers' CLIPImageProcessor, which older files call CLIPFeatureExtractor).
/// </summary>
internal sealed class ClipImages
{
    private const string FileName = "preprocessor_config.json";
    private const int Bicubic = 3;
    private const int MaxSide = 2048;

    private readonly string _file;
    private readonly int _shortest;
    private readonly double _factor;
    private readonly double[] _mean;
    private readonly double[] _deviation;

    private ClipImages(string file, JsonElement config)
    {
        _file = file;
        int resample = config.TryGetProperty("resample", out JsonElement filter) ? Whole("resample", filter, 0, 5) : Bicubic;
        if (resample != Bicubic)
        {
            throw Wrong("a resample of 3, which is bicubic", filter);
        }

        foreach (string flag in (string[])["do_resize", "do_center_crop", "do_rescale", "do_normalize"])
        {
            if (config.TryGetProperty(flag, out JsonElement value) && value.ValueKind != JsonValueKind.True)
            {
                throw Wrong($"{flag} to be true", value);
            }
        }

        Side = Square(config, "crop_size", "height", "width");
        _shortest = Square(config, "size", "shortest_edge", "shortest_edge");
        if (Side > _shortest)
        {
            throw Wrong(FormattableString.Invariant($"a crop_size within the size of {_shortest}"), config.GetProperty("crop_size"));
        }

        _factor = config.TryGetProperty("rescale_factor", out JsonElement factor) ? Number("rescale_factor", factor) : 1.0 / byte.MaxValue;
        _mean = Triple(config, "image_mean");
        _deviation = Triple(config, "image_std");
        if (_deviation.Contains(0))
        {
            throw Wrong("an image_std without zeros", config.GetProperty("image_std"));
        }
    }

    /// <summary>Pixels a side of what the model takes.</summary>
    public int Side { get; }

    /// <summary>Values of one image: three planes.</summary>
    public int Length => RgbImage.Channels * Side * Side;

    /// <summary>Reads preprocessor_config.json in a folder.</summary>
    /// <exception cref="ModelFormatException">It is missing, or asks for what this cannot do.</exception>
    public static ClipImages Load(string folder)
    {
        string file = Path.Combine(folder, FileName);
        using JsonDocument document = JsonFile.Read(file);
        return document.RootElement.ValueKind == JsonValueKind.Object
            ? new(file, document.RootElement)
            : throw new ModelFormatException(file, "a JSON object", document.RootElement.ValueKind.ToString());
    }

    /// <summary>Writes an image's planes: red, green, blue.</summary>
    public void Write(RgbImage image, Span<float> planes)
    {
        bool wide = image.Width > image.Height;
        int longest = (int)((long)_shortest * Math.Max(image.Width, image.Height) / Math.Min(image.Width, image.Height));
        RgbImage resized = ImageResize.Resize(image, wide ? longest : _shortest, wide ? _shortest : longest, ResizeFilter.Bicubic);
        int left = (resized.Width - Side) / 2, top = (resized.Height - Side) / 2;
        for (int y = 0; y < Side; y++)
        {
            ReadOnlySpan<byte> row = resized.Row(top + y)[(left * RgbImage.Channels)..];
            for (int x = 0; x < Side; x++)
            {
                for (int channel = 0; channel < RgbImage.Channels; channel++)
                {
                    double value = row[(x * RgbImage.Channels) + channel] * _factor;
                    planes[(((channel * Side) + y) * Side) + x] = (float)((value - _mean[channel]) / _deviation[channel]);
                }
            }
        }
    }

    // A number, or an object that has it under one key or the same under two.
    private int Square(JsonElement config, string key, string first, string second)
    {
        if (!config.TryGetProperty(key, out JsonElement size))
        {
            throw new ModelFormatException(_file, $"a {key}", "none");
        }

        if (size.ValueKind != JsonValueKind.Object)
        {
            return Whole(key, size, 1, MaxSide);
        }

        return size.TryGetProperty(first, out JsonElement one) && size.TryGetProperty(second, out JsonElement two)
            && Whole(key, one, 1, MaxSide) is int side && side == Whole(key, two, 1, MaxSide)
                ? side
                : throw Wrong($"a {key} of one {first}{(first == second ? "" : $" and {second}")}", size);
    }

    private double[] Triple(JsonElement config, string key) =>
        config.TryGetProperty(key, out JsonElement values) && values.ValueKind == JsonValueKind.Array && values.GetArrayLength() == RgbImage.Channels
            ? [.. values.EnumerateArray().Select(value => Number(key, value))]
            : throw new ModelFormatException(_file, $"an {key} of three numbers", values.ValueKind == JsonValueKind.Undefined ? "none" : values.GetRawText());

    private int Whole(string key, JsonElement value, int min, int max) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int whole) && whole >= min && whole <= max
            ? whole
            : throw Wrong(FormattableString.Invariant($"a {key} that is a whole number within {min} to {max}"), value);

    private double Number(string key, JsonElement value) =>
        value.ValueKind == JsonValueKind.Number ? value.GetDouble() : throw Wrong($"numbers in {key}", value);

    private ModelFormatException Wrong(string expected, JsonElement found) => new(_file, expected, found.GetRawText());
}
