namespace SdFleet.Diffusion.Schedulers;

/// <summary>
/// DPM2 with ancestral noise: the midpoint method to a lower noise level than asked, and fresh noise to get back up (k-diffusion's
/// <c>sample_dpm_2_ancestral</c>; diffusers' <c>KDPM2AncestralDiscreteScheduler</c>).
/// </summary>
public sealed class Kdpm2AncestralDiscreteScheduler : Dpm2Scheduler
{
    internal Kdpm2AncestralDiscreteScheduler(SchedulerConfig config, SchedulerCompatibility compatibility)
        : base(config, compatibility)
    {
    }

    // Both stages draw, only the second one adds.
    private protected override bool DrawsNoise(int index) => true;

    private protected override bool UsesNoise(int index) => index % 2 == 1;

    private protected override double SecondSigma(int step) => Middle(Sigmas[step], StepFrom(step).Down);

    private protected override void Finish(int step, Span<float> sample, ReadOnlySpan<float> noise)
    {
        AncestralStep ancestral = StepFrom(step);
        MoveTo(ancestral.Down, step, sample);
        VectorMath.AddScaled(sample, ancestral.Up, noise);
    }

    private AncestralStep StepFrom(int step) => AncestralStep.Between(Sigmas[step], Sigmas[step + 1]);
}
