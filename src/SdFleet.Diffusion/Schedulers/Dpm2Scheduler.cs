namespace SdFleet.Diffusion.Schedulers;

/// <summary>
/// What the two DPM2 methods of k-diffusion share: the second stage is at the middle, in log sigma, of the step, and the whole step is
/// along the slope there.
/// </summary>
public abstract class Dpm2Scheduler : TwoStageScheduler
{
    private protected Dpm2Scheduler(SchedulerConfig config, SchedulerCompatibility compatibility)
        : base(config, compatibility, LayoutOf(config, compatibility))
    {
    }

    private protected sealed override double[] LayOutBetween(double max, double min, ref double[] timesteps)
    {
        // Karras' timesteps are rounded, unlike the ones in between, and unlike those of other schedulers of this family.
        double[] sigmas = base.LayOutBetween(max, min, ref timesteps);
        if (LevelLayout == SigmaLayout.Karras)
        {
            timesteps = Array.ConvertAll(timesteps, t => Math.Round(t, MidpointRounding.ToEven));
        }

        return sigmas;
    }

    private protected sealed override double SecondTimestep(int step, double next) => Training.TimestepOf(SecondSigma(step));

    /// <summary>The middle of two noise levels in log sigma.</summary>
    private protected static double Middle(double a, double b) => Math.Sqrt(a * b);

    /// <summary>From the step's start to a noise level, along the slope of the second stage.</summary>
    private protected void MoveTo(double sigma, int step, Span<float> sample) =>
        VectorMath.Combine(sample, 1, Start, sigma - Sigmas[step], StageSlope);

    // Other layouts came to these classes between the two generations.
    private static SigmaLayout LayoutOf(SchedulerConfig config, SchedulerCompatibility compatibility) =>
        compatibility == SchedulerCompatibility.Current ? SigmaLayouts.Read(config, compatibility) : SigmaLayout.Timesteps;
}
