namespace SdFleet.Diffusion.Schedulers;

/// <summary>
/// LCM: each step jumps to the clean sample and noises it again to the next level, for models distilled to do so (arXiv:2310.04378;
/// diffusers' <c>LCMScheduler</c>).
/// </summary>
public sealed class LcmScheduler : AlphaScheduler
{
    // The standard deviation of clean latents that the boundary condition of the paper assumes.
    private const double SigmaData = 0.5;

    private const double DefaultScaling = 10;

    private readonly int _originalSteps;
    private readonly double _timestepScaling;
    private readonly CleanSampleLimit _limit;
    private float[] _denoised = [];

    internal LcmScheduler(SchedulerConfig config, SchedulerCompatibility compatibility)
        : base(config, compatibility, BetaDefaults.Latent, ZeroSnr.Exact, FinalAlpha(config, oneByDefault: true))
    {
        _originalSteps = ConfigValue.InRange(
            "original_inference_steps", config.OriginalInferenceSteps ?? Math.Min(50, NoiseSchedule.Length), 1, NoiseSchedule.Length);
        _timestepScaling = compatibility == SchedulerCompatibility.V021 ? DefaultScaling : config.TimestepScaling ?? DefaultScaling;
        _limit = new CleanSampleLimit(config, clipByDefault: false, canThreshold: true);
    }

    /// <inheritdoc/>
    public override ReadOnlySpan<float> Denoised => _denoised;

    /// <summary>Chooses from the timesteps the model was distilled with.</summary>
    private protected override double[] ArrangeTimesteps(int steps)
    {
        ConfigValue.InRange("num_inference_steps", steps, 1, _originalSteps);
        int stride = NoiseSchedule.Length / _originalSteps;
        double[] timesteps = new double[steps];
        for (int i = 0; i < steps; i++)
        {
            int skipped = Compatibility == SchedulerCompatibility.V021
                ? i * (_originalSteps / steps)
                : (int)Math.Floor(i * ((double)_originalSteps / steps));
            timesteps[i] = (_originalSteps - skipped) * stride - 1;
        }

        return timesteps;
    }

    private protected override void Reset(int batchLength, int valuesPerImage)
    {
        EnsureLength(ref _denoised, batchLength);

        _limit.Reset(valuesPerImage);
    }

    // The older generation noises the last result too, and so leaves it to the caller to decode what was denoised.
    private protected override bool UsesNoise(int index) => Compatibility == SchedulerCompatibility.V021
        ? Timesteps.Length > 1
        : index != Timesteps.Length - 1;

    private protected override void Advance(int index, ReadOnlySpan<float> modelOutput, Span<float> sample, ReadOnlySpan<float> noise)
    {
        int timestep = Visited(index);
        double alphaNext = Alpha(index + 1 < Timesteps.Length ? Visited(index + 1) : timestep);

        Prediction.VariancePreserving(PredictionType, Alpha(timestep)).Clean.Write(_denoised, sample, modelOutput);
        _limit.Apply(_denoised);

        // The boundary condition: the earlier the timestep, the more of the sample itself is taken for clean.
        double time = timestep * _timestepScaling;
        double distance = time * time + SigmaData * SigmaData;
        VectorMath.Combine(_denoised, time / Math.Sqrt(distance), _denoised, SigmaData * SigmaData / distance, sample);

        if (noise.IsEmpty)
        {
            _denoised.CopyTo(sample);
        }
        else
        {
            VectorMath.Combine(sample, Math.Sqrt(alphaNext), _denoised, Math.Sqrt(1 - alphaNext), noise);
        }
    }
}
