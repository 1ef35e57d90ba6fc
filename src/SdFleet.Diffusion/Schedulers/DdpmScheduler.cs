namespace SdFleet.Diffusion.Schedulers;

/// <summary>
/// DDPM: samples the posterior of the next noise level, fresh noise in each step (arXiv:2006.11239, formulas 6 and 7; diffusers'
/// <c>DDPMScheduler</c>).
/// </summary>
public sealed class DdpmScheduler : AlphaScheduler
{
    private const double LeastVariance = 1e-20;
    private readonly DdpmVariance _variance;
    private readonly CleanSampleLimit _limit;
    private float[] _clean = [];

    internal DdpmScheduler(SchedulerConfig config, SchedulerCompatibility compatibility)
        : base(
            config,
            compatibility,
            BetaDefaults.Pixel,
            compatibility == SchedulerCompatibility.Current ? ZeroSnr.Exact : ZeroSnr.Ignored,
            finalAlpha: 1)
    {
        LearnedVariance.Refuse(config.VarianceType, "fixed_small, fixed_small_log, fixed_large");
        _variance = ConfigValue.Parse("variance_type", config.VarianceType, DdpmVariance.FixedSmall);
        _limit = new CleanSampleLimit(config, clipByDefault: true, canThreshold: true);
    }

    private protected override void Reset(int batchLength, int valuesPerImage)
    {
        EnsureLength(ref _clean, batchLength);

        _limit.Reset(valuesPerImage);
    }

    private protected override bool UsesNoise(int index) => Visited(index) > 0;

    private protected override void Advance(int index, ReadOnlySpan<float> modelOutput, Span<float> sample, ReadOnlySpan<float> noise)
    {
        int timestep = Visited(index);
        double alpha = Alpha(timestep);
        double alphaNext = Alpha(timestep - Stride);
        double stepAlpha = alpha / alphaNext;
        double stepBeta = 1 - stepAlpha;

        Prediction.VariancePreserving(PredictionType, alpha).Clean.Write(_clean, sample, modelOutput);
        _limit.Apply(_clean);

        double ofClean = Math.Sqrt(alphaNext) * stepBeta / (1 - alpha);
        double ofSample = Math.Sqrt(stepAlpha) * (1 - alphaNext) / (1 - alpha);
        VectorMath.Combine(sample, ofClean, _clean, ofSample, sample);

        if (!noise.IsEmpty)
        {
            double variance = _variance == DdpmVariance.FixedLarge ? stepBeta : (1 - alphaNext) / (1 - alpha) * stepBeta;
            VectorMath.AddScaled(sample, Math.Sqrt(Math.Max(variance, LeastVariance)), noise);
        }
    }
}
