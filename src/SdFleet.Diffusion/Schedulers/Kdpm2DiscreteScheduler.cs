namespace SdFleet.Diffusion.Schedulers;

/// <summary>
/// DPM2: the midpoint method in log sigma, akin to DPM-Solver-2 (k-diffusion's <c>sample_dpm_2</c>; diffusers'
/// <c>KDPM2DiscreteScheduler</c>).
/// </summary>
public sealed class Kdpm2DiscreteScheduler : Dpm2Scheduler
{
    internal Kdpm2DiscreteScheduler(SchedulerConfig config, SchedulerCompatibility compatibility)
        : base(config, compatibility)
    {
    }

    private protected override double SecondSigma(int step) => Middle(Sigmas[step], Sigmas[step + 1]);

    private protected override void Finish(int step, Span<float> sample, ReadOnlySpan<float> noise) =>
        MoveTo(Sigmas[step + 1], step, sample);
}
