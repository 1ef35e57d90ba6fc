namespace SdFleet.Diffusion.Schedulers;

/// <summary>
/// What the schedulers share that step between whole training timesteps and read the noise levels off the cumulative alphas: DDIM, DDPM,
/// PNDM and LCM.
/// </summary>
public abstract class AlphaScheduler : Scheduler
{
    private readonly TimestepSpacing _spacing;
    private readonly double _finalAlpha;
    private int[] _visited = [];

    private protected AlphaScheduler(
        SchedulerConfig config,
        SchedulerCompatibility compatibility,
        BetaDefaults betas,
        ZeroSnr zeroSnr,
        double? finalAlpha,
        params ReadOnlySpan<PredictionType> predictionTypes)
        : base(config, NoiseSchedule.Create(config, betas, zeroSnr), compatibility)
    {
        _spacing = ConfigValue.Parse("timestep_spacing", config.TimestepSpacing, TimestepSpacing.Leading);
        PredictionType = ConfigValue.Parse(
            "prediction_type",
            config.PredictionType,
            PredictionType.Epsilon,
            predictionTypes.IsEmpty ? PredictionTypes.Diffusion : predictionTypes);
        _finalAlpha = finalAlpha ?? NoiseSchedule.AlphasCumprod[0];
    }

    /// <summary>What the model predicts.</summary>
    private protected PredictionType PredictionType { get; }

    /// <summary>How many training timesteps lie between two inference steps, whatever the spacing.</summary>
    private protected int Stride => NoiseSchedule.Length / InferenceSteps;

    /// <summary>The training timestep at an index.</summary>
    private protected int Visited(int index) => _visited[index];

    /// <summary>The cumulative alpha of a training timestep, negative ones being past the last step.</summary>
    private protected double Alpha(int timestep) => timestep >= 0 ? NoiseSchedule.AlphasCumprod[timestep] : _finalAlpha;

    /// <summary>The timesteps of a schedule of so many steps, falling.</summary>
    private protected double[] SpacedTimesteps(int steps) =>
        Spacing.Whole(_spacing, NoiseSchedule.Length, steps, Config.StepsOffset ?? 0);

    private protected sealed override double[] LayOut(int steps)
    {
        double[] timesteps = ArrangeTimesteps(steps);
        _visited = Array.ConvertAll(timesteps, t => (int)t);
        foreach (int t in _visited)
        {
            ConfigValue.InRange("with steps_offset, a timestep of", t, 0, NoiseSchedule.Length - 1);
        }

        if (PredictionType == PredictionType.Epsilon && Alpha(_visited[0]) == 0)
        {
            // Predicted noise says nothing about the image where there is nothing but noise: it would be a division by 0.
            throw new ArgumentException(
                "prediction_type \"epsilon\" is not supported where rescale_betas_zero_snr makes the first timestep pure noise. " +
                "Supported: v_prediction, sample.");
        }

        return timesteps;
    }

    /// <summary>The alpha past the last step as <c>set_alpha_to_one</c> says: 1, or null for that of timestep 0.</summary>
    private protected static double? FinalAlpha(SchedulerConfig config, bool oneByDefault) =>
        config.SetAlphaToOne ?? oneByDefault ? 1 : null;

    /// <summary>The timesteps the model is called at.</summary>
    private protected virtual double[] ArrangeTimesteps(int steps) => SpacedTimesteps(steps);

    private protected sealed override (double Signal, double Noise) NoiseLevelAt(int index)
    {
        double alpha = Alpha(_visited[index]);
        return (Math.Sqrt(alpha), Math.Sqrt(1 - alpha));
    }
}
