namespace SdFleet.Diffusion.Schedulers;

/// <summary>
/// What the schedulers share that add noise to the unscaled clean sample, in the notation of Karras et al. (arXiv:2206.00364) and the
/// k-diffusion library: Euler, LMS, Heun and KDPM2. The sample's deviation is sqrt(1 + sigma^2), and the model's input is divided by it.
/// </summary>
public abstract class SigmaScheduler : Scheduler
{
    private readonly TimestepSpacing _spacing;
    private double[] _sigmas = [];

    private protected SigmaScheduler(
        SchedulerConfig config, SchedulerCompatibility compatibility, BetaDefaults betas, ZeroSnr zeroSnr, SigmaLayout layout)
        : base(config, NoiseSchedule.Create(config, betas, zeroSnr), compatibility)
    {
        LevelLayout = layout;
        _spacing = ConfigValue.Parse("timestep_spacing", config.TimestepSpacing, TimestepSpacing.Linspace);
        PredictionType = ConfigValue.Parse(
            "prediction_type", config.PredictionType, PredictionType.Epsilon, PredictionTypes.Diffusion);
        Training = new SigmaSchedule(NoiseSchedule);
    }

    /// <summary>
    /// The noise levels that the steps go through, falling, one for each inference step and one after the last: 0, unless the
    /// configuration names another end.
    /// </summary>
    public ReadOnlySpan<double> Sigmas => _sigmas;

    /// <inheritdoc/>
    public sealed override bool HasWholeTimesteps => false;

    /// <summary>What the model predicts.</summary>
    private protected PredictionType PredictionType { get; }

    /// <summary>The noise levels of training.</summary>
    private protected SigmaSchedule Training { get; }

    /// <summary>How the noise levels lie between their bounds.</summary>
    private protected SigmaLayout LevelLayout { get; }

    /// <summary>The noise level after the last step.</summary>
    private protected virtual double FinalSigma => 0;

    /// <summary>Euler's methods learned of zero SNR between the two generations.</summary>
    private protected static ZeroSnr FlooredWhenCurrent(SchedulerCompatibility compatibility) =>
        compatibility == SchedulerCompatibility.Current ? ZeroSnr.Floored : ZeroSnr.Ignored;

    /// <summary>The slope d sample / d sigma: the predicted noise at that level.</summary>
    private protected SampleAndOutput Slope(double sigma) => Prediction.VarianceExploding(PredictionType, sigma).Noise;

    private protected sealed override double[] LayOut(int steps)
    {
        double[] timesteps = Spacing.Fractional(_spacing, NoiseSchedule.Length, steps, Config.StepsOffset ?? 0);
        double[] sigmas = LayOutSigmas(ref timesteps);

        // diffusers holds sigmas in float32.
        _sigmas = [.. sigmas.Append(FinalSigma).Select(sigma => (double)(float)sigma)];

        // Where the first step is not at the last training timestep, the image is taken to be in the sample already.
        double first = _sigmas.Max();
        InitNoiseSigma = _spacing == TimestepSpacing.Leading ? Math.Sqrt(first * first + 1) : first;
        return ArrangeTimesteps(timesteps);
    }

    /// <summary>The sigma of each step; where these follow a layout of their own, the timesteps are changed to theirs.</summary>
    private protected virtual double[] LayOutSigmas(ref double[] timesteps)
    {
        double[] sigmas = Array.ConvertAll(timesteps, Training.At);
        return LevelLayout == SigmaLayout.Timesteps ? sigmas : LayOutBetween(sigmas[0], sigmas[^1], ref timesteps);
    }

    /// <summary>Sigmas of the <see cref="LevelLayout"/> between two bounds, with their timesteps.</summary>
    private protected virtual double[] LayOutBetween(double max, double min, ref double[] timesteps)
    {
        double[] sigmas = SigmaLayouts.Between(LevelLayout, max, min, timesteps.Length);
        timesteps = Array.ConvertAll(sigmas, Training.TimestepOf);
        return sigmas;
    }

    /// <summary>The timesteps the model is called at, from one for each step.</summary>
    private protected virtual double[] ArrangeTimesteps(double[] timesteps) => timesteps;

    /// <summary>The noise level of the sample, which is that of the model's input, at an index.</summary>
    private protected virtual double SigmaAt(int index) => _sigmas[index];

    /// <summary>The noise level that diffusers noises an image to, at an index.</summary>
    private protected virtual double NoisingSigmaAt(int index) => _sigmas[index];

    private protected sealed override double InputScale(int index)
    {
        double sigma = SigmaAt(index);
        return 1 / Math.Sqrt(1 + sigma * sigma);
    }

    private protected sealed override (double Signal, double Noise) NoiseLevelAt(int index) => (1, NoisingSigmaAt(index));
}
