namespace SdFleet.Diffusion.Schedulers;

/// <summary>Keeps the predicted clean sample within bounds: not at all, by clipping, or by dynamic thresholding per image.</summary>
internal sealed class CleanSampleLimit
{
    private readonly bool _clip;
    private readonly double _clipRange;
    private readonly bool _threshold;
    private readonly double _ratio;
    private readonly double _maxValue;
    private float[] _magnitudes = [];

    /// <param name="config">The configuration.</param>
    /// <param name="clipByDefault">Whether the class clips where the configuration does not say; null where it never does.</param>
    /// <param name="canThreshold">Whether the class knows dynamic thresholding, which then wins over clipping.</param>
    public CleanSampleLimit(SchedulerConfig config, bool? clipByDefault, bool canThreshold)
    {
        _threshold = canThreshold && config.Thresholding == true;
        _clip = !_threshold && clipByDefault is { } byDefault && (config.ClipSample ?? byDefault);
        _clipRange = config.ClipSampleRange ?? 1;
        _ratio = config.DynamicThresholdingRatio ?? 0.995;
        _maxValue = config.SampleMaxValue ?? 1;
        if (_threshold && !(_ratio is >= 0 and <= 1))
        {
            throw new ArgumentException(
                FormattableString.Invariant($"dynamic_thresholding_ratio {_ratio} is not supported. Supported: 0 to 1."));
        }
    }

    public bool IsActive => _clip || _threshold;

    public void Reset(int valuesPerImage)
    {
        if (_threshold && _magnitudes.Length != valuesPerImage)
        {
            _magnitudes = new float[valuesPerImage];
        }
    }

    public void Apply(Span<float> clean)
    {
        if (_clip)
        {
            VectorMath.ClampAndScale(clean, _clipRange);
        }
        else if (_threshold)
        {
            for (int start = 0; start < clean.Length; start += _magnitudes.Length)
            {
                Threshold(clean.Slice(start, _magnitudes.Length));
            }
        }
    }

    /// <summary>
    /// Clips to a quantile of the magnitudes, held between 1 and the configured maximum, and divides by it, so that saturated values are
    /// pulled inwards (arXiv:2205.11487, section 2.3).
    /// </summary>
    private void Threshold(Span<float> image)
    {
        for (int i = 0; i < image.Length; i++)
        {
            _magnitudes[i] = MathF.Abs(image[i]);
        }

        _magnitudes.AsSpan().Sort();

        // In float32, as torch.quantile interpolates.
        float position = (float)_ratio * (image.Length - 1);
        int below = (int)position;
        int above = Math.Min(below + 1, image.Length - 1);
        float quantile = _magnitudes[below] + (position - below) * (_magnitudes[above] - _magnitudes[below]);

        // A maximum below 1 wins over the lower bound, as in torch.clamp.
        double bound = Math.Min(Math.Max(quantile, 1), _maxValue);
        VectorMath.ClampAndScale(image, bound, 1 / bound);
    }
}
