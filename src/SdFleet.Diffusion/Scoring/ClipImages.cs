using SdFleet.Diffusion.Imaging;

namespace SdFleet.Diffusion.Scoring;

/// <summary>
/// Makes of images what a CLIP model takes, as its preprocessor_config.json says: the shorter side resized bicubically, the middle cut out,
/// colors scaled and normalized (transformers' CLIPImageProcessor, which older files call CLIPFeatureExtractor).
/// </summary>
internal sealed class ClipImages
{
    private readonly int _shortest;
    private readonly double _factor;
    private readonly double[] _mean;
    private readonly double[] _deviation;

    private ClipImages(PreprocessorFile config)
    {
        if (config.Filter(ResizeFilter.Bicubic) != ResizeFilter.Bicubic)
        {
            throw config.Wrong("resample", "a resample of 3, which is bicubic");
        }

        foreach (string flag in (string[])["do_resize", "do_center_crop", "do_rescale", "do_normalize"])
        {
            if (!config.Flag(flag, absent: true))
            {
                throw config.Wrong(flag, $"{flag} to be true");
            }
        }

        Side = config.Side("crop_size", "height", "width");
        _shortest = config.Side("size", "shortest_edge");
        if (Side > _shortest)
        {
            throw config.Wrong("crop_size", FormattableString.Invariant($"a crop_size within the size of {_shortest}"));
        }

        _factor = config.Number("rescale_factor", 1.0 / byte.MaxValue, 0, 1);
        _mean = config.Channels("image_mean");
        _deviation = config.Channels("image_std", above: 0);
    }

    /// <summary>Pixels a side of what the model takes.</summary>
    public int Side { get; }

    /// <summary>Values of one image: three planes.</summary>
    public int Length => RgbImage.Channels * Side * Side;

    /// <summary>Reads preprocessor_config.json in a folder.</summary>
    /// <exception cref="ModelFormatException">It is missing, or asks for what this cannot do.</exception>
    public static ClipImages Load(string folder)
    {
        using PreprocessorFile config = PreprocessorFile.Open(Path.Combine(folder, PreprocessorFile.Name));
        return new(config);
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
}
