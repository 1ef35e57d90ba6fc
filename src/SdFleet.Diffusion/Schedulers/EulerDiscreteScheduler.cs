using System.Text.Json.Serialization;

namespace SdFleet.Diffusion.Schedulers;

/// <summary>
/// Euler's method: a straight step along the slope to the next noise level (arXiv:2206.00364, algorithm 2 without churn; diffusers'
/// <c>EulerDiscreteScheduler</c>).
/// </summary>
public sealed class EulerDiscreteScheduler : SigmaScheduler
{
    private readonly Interpolation _interpolation;

    internal EulerDiscreteScheduler(SchedulerConfig config, SchedulerCompatibility compatibility)
        : base(config, compatibility, BetaDefaults.Pixel, FlooredWhenCurrent(compatibility))
    {
        _interpolation = ConfigValue.Parse("interpolation_type", config.InterpolationType, Interpolation.Linear);
        ConfigValue.Parse("timestep_type", config.TimestepType, TimeCoordinate.Discrete);
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
    }

    private protected override double[] LayOutSigmas(ref double[] timesteps)
    {
        if (_interpolation == Interpolation.Linear)
        {
            return base.LayOutSigmas(ref timesteps);
        }

        // As diffusers has it, with one sigma more than steps: the run ends at a sigma that is small but not 0. Karras overrules it.
        return UsesKarras
            ? LayOutKarras(Training.Max, Training.Min, ref timesteps)
            : SigmaSchedule.LogLinear(Training.Max, Training.Min, timesteps.Length + 1);
    }

    private protected override double[] LayOutKarras(double max, double min, ref double[] timesteps) =>
        Compatibility == SchedulerCompatibility.Current
            ? base.LayOutKarras(Config.SigmaMax ?? max, Config.SigmaMin ?? min, ref timesteps)
            : base.LayOutKarras(max, min, ref timesteps);

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
