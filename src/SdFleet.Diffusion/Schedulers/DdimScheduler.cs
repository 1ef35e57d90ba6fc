namespace SdFleet.Diffusion.Schedulers;

/// <summary>
/// DDIM: deterministic steps along the predicted noise, with a share of fresh noise where <see cref="StepOptions.Eta"/> is not 0
/// (arXiv:2010.02502, formula 12; diffusers' <c>DDIMScheduler</c>).
/// </summary>
public sealed class DdimScheduler : AlphaScheduler
{
    private readonly CleanSampleLimit _limit;
    private float[] _clean = [];

    internal DdimScheduler(SchedulerConfig config, SchedulerCompatibility compatibility)
        : base(config, compatibility, BetaDefaults.Pixel, ZeroSnr.Exact, FinalAlpha(config, oneByDefault: true))
    {
        _limit = new CleanSampleLimit(config, clipByDefault: true, canThreshold: true);
    }

    private protected override void Reset(int batchLength, int valuesPerImage)
    {
        EnsureLength(ref _clean, batchLength);

        _limit.Reset(valuesPerImage);
    }

    private protected override bool UsesNoise(int index) => Options.Eta > 0;

    private protected override void Advance(int index, ReadOnlySpan<float> modelOutput, Span<float> sample, ReadOnlySpan<float> noise)
    {
        int timestep = Visited(index);
        double alpha = Alpha(timestep);
        double alphaNext = Alpha(timestep - Stride);
        double deviation = Options.Eta * Math.Sqrt((1 - alphaNext) / (1 - alpha) * (1 - alpha / alphaNext));

        // From pure noise with all of the noise fresh this is 0, but for a rounding that may make it less.
        double direction = Math.Sqrt(Math.Max(1 - alphaNext - deviation * deviation, 0));

        var prediction = Prediction.VariancePreserving(PredictionType, alpha);
        prediction.Clean.Write(_clean, sample, modelOutput);
        _limit.Apply(_clean);

        double keep = Math.Sqrt(alphaNext);
        if (Options.UseClippedModelOutput)
        {
            double perNoise = direction / prediction.Sigma;
            VectorMath.Combine(sample, perNoise, sample, keep - perNoise * prediction.Alpha, _clean);
        }
        else
        {
            (double ofSample, double ofOutput) = prediction.Noise;
            VectorMath.Combine(sample, direction * ofSample, sample, direction * ofOutput, modelOutput, keep, _clean);
        }

        VectorMath.AddScaled(sample, deviation, noise);
    }
}
