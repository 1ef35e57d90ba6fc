namespace SdFleet.Diffusion.Schedulers;

/// <summary>
/// Euler's method with ancestral noise: steps further down than asked, and adds fresh noise to get back up (k-diffusion's
/// <c>sample_euler_ancestral</c>; diffusers' <c>EulerAncestralDiscreteScheduler</c>).
/// </summary>
public sealed class EulerAncestralDiscreteScheduler : SigmaScheduler
{
    internal EulerAncestralDiscreteScheduler(SchedulerConfig config, SchedulerCompatibility compatibility)
        : base(config, compatibility, BetaDefaults.Pixel, FlooredWhenCurrent(compatibility), SigmaLayout.Timesteps)
    {
        // The class knows no other layout.
    }

    private protected override void Reset(int batchLength, int valuesPerImage)
    {
    }

    private protected override bool UsesNoise(int index) => AncestralStep.Between(Sigmas[index], Sigmas[index + 1]).Up > 0;

    private protected override bool DrawsNoise(int index) => true;

    private protected override void Advance(int index, ReadOnlySpan<float> modelOutput, Span<float> sample, ReadOnlySpan<float> noise)
    {
        double sigma = Sigmas[index];
        AncestralStep step = AncestralStep.Between(sigma, Sigmas[index + 1]);
        double change = step.Down - sigma;
        SampleAndOutput slope = Slope(sigma);
        VectorMath.Combine(sample, 1 + change * slope.Sample, sample, change * slope.Output, modelOutput);
        VectorMath.AddScaled(sample, step.Up, noise);
    }
}
