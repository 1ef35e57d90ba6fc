using System.Text.Json.Serialization;

namespace SdFleet.Diffusion.Schedulers;

/// <summary>
/// Euler's method: a straight step along the slope to the next noise level (arXiv:2206.00364, algorithm 2 without churn; diffusers'
/// <c>EulerDiscreteScheduler</c>).
/// </summary>
public sealed class EulerDiscreteScheduler : SigmaScheduler
{
    private readonly Interpolation _interpolation;
    private readonly bool _tellsLogSigma;
    private readonly FinalSigma _final;

    internal EulerDiscreteScheduler(SchedulerConfig config, SchedulerCompatibility compatibility)
        : base(
            config,
            compatibility,
            BetaDefaults.Pixel,
            FlooredWhenCurrent(compatibility),
            SigmaLayouts.Read(config, compatibility))
    {
        _interpolation = ConfigValue.Parse("interpolation_type", config.InterpolationType, Interpolation.Linear);

        // diffusers tells models that predict noise the timesteps either way. The older generation knows neither option.
        TimeCoordinate coordinate = ConfigValue.Parse("timestep_type", config.TimestepType, TimeCoordinate.Discrete);
        bool current = compatibility == SchedulerCompatibility.Current;
        _tellsLogSigma = current && coordinate == TimeCoordinate.Continuous && PredictionType == PredictionType.VPrediction;
        _final = current
            ? ConfigValue.Parse("final_sigmas_type", config.FinalSigmasType, Schedulers.FinalSigma.Zero) : Schedulers.FinalSigma.Zero;
    }

    private enum Interpolation
    {
        [JsonStringEnumMemberName("linear")]
        Linear,

        [JsonStringEnumMemberName("log_linear")]
        LogLinear,
    }

    private enum TimeCoordinate
    {
        [JsonStringEnumMemberName("discrete")]
        Discrete,

        [JsonStringEnumMemberName("continuous")]
        Continuous,
    }

    private protected override double FinalSigma => _final == Schedulers.FinalSigma.Zero ? 0 : Training.Min;

    private protected override double[] LayOutSigmas(ref double[] timesteps)
    {
        if (_interpolation == Interpolation.Linear)
        {
            return base.LayOutSigmas(ref timesteps);
        }

        // As diffusers has it, with one sigma more than steps: the run ends at a sigma that is small but not 0. Other layouts overrule it.
        return LevelLayout == SigmaLayout.Timesteps
            ? SigmaSchedule.LogLinear(Training.Max, Training.Min, timesteps.Length + 1)
            : LayOutBetween(Training.Max, Training.Min, ref timesteps);
    }

    private protected override double[] LayOutBetween(double max, double min, ref double[] timesteps) =>
        Compatibility == SchedulerCompatibility.Current
            ? base.LayOutBetween(Config.SigmaMax ?? max, Config.SigmaMin ?? min, ref timesteps)
            : base.LayOutBetween(max, min, ref timesteps);

    // As models of Karras et al. are told noise levels.
    private protected override double[] ArrangeTimesteps(double[] timesteps) => _tellsLogSigma
        ? Array.ConvertAll(Sigmas[..timesteps.Length].ToArray(), sigma => 0.25 * Math.Log(sigma))
        : timesteps;

    private protected override void Reset(int batchLength, int valuesPerImage)
    {
    }

    // Churn, which would use it, is off; but diffusers draws all the same.
    private protected override bool DrawsNoise(int index) => true;

    private protected override void Advance(int index, ReadOnlySpan<float> modelOutput, Span<float> sample, ReadOnlySpan<float> noise)
    {
        double sigma = Sigmas[index];
        double change = Sigmas[index + 1] - sigma;
        SampleAndOutput slope = Slope(sigma);
        VectorMath.Combine(sample, 1 + change * slope.Sample, sample, change * slope.Output, modelOutput);
    }
}
