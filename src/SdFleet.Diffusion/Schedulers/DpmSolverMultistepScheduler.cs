namespace SdFleet.Diffusion.Schedulers;

/// <summary>
/// DPM-Solver and DPM-Solver++, multistep: derivatives come from the outputs of the steps before (arXiv:2206.00927 and 2211.01095;
/// diffusers' <c>DPMSolverMultistepScheduler</c>; order 2 of <c>dpmsolver++</c> is known as DPM++ 2M).
/// </summary>
public sealed class DpmSolverMultistepScheduler : SolverScheduler
{
    private const int MaxOrder = 3;
    private readonly DpmSolverOptions _options;

    internal DpmSolverMultistepScheduler(SchedulerConfig config, SchedulerCompatibility compatibility)
        : base(
            config,
            compatibility,
            compatibility == SchedulerCompatibility.Current ? ZeroSnr.Floored : ZeroSnr.Ignored,
            MaxOrder,
            knowsLu: true)
    {
        _options = new DpmSolverOptions(config, compatibility);
        DpmSolverOptions.RequireGivenVariance(PredictionType, config.VarianceType);
        RequireCleanOfFlow($"algorithm_type \"{config.AlgorithmType}\"");

        // Nobody has the third order in terms of noise, and the older generation neither.
        bool third = compatibility == SchedulerCompatibility.Current && _options.Algorithm == DpmAlgorithm.StochasticClean;
        if (_options.IsStochastic && !third)
        {
            ConfigValue.InRange($"with algorithm_type \"{config.AlgorithmType}\", solver_order", SolverOrder, 1, 2);
        }
    }

    private protected override bool KeepsClean => _options.KeepsClean;

    private protected override double LambdaMin => _options.LambdaMin;

    private protected override double FinalSigmaFrom(double last) => _options.FinalSigma == FinalSigma.Zero ? 0 : Training.Min;

    // With this one schedule, and in this one class, diffusers cuts all of them off.
    private protected override bool RoundsTimesteps => base.RoundsTimesteps
        && (Compatibility == SchedulerCompatibility.V021 || Config.BetaSchedule != "squaredcos_cap_v2");

    private protected override bool DrawsNoise(int index) => _options.IsStochastic;

    private protected override bool UsesNoise(int index) =>
        _options.IsStochastic && DpmStep.Between(_options.Algorithm, Node(index), Node(index + 1)).Noise > 0;

    private protected override void Solve(int index, Span<float> sample, ReadOnlySpan<float> noise)
    {
        DpmStep step = DpmStep.Between(_options.Algorithm, Node(index), Node(index + 1));
        int order = step.Output == 0 ? 1 : OrderAt(index);
        double h = Node(index + 1).Lambda - Node(index).Lambda;
        switch (order)
        {
            case 1:
                Combine(sample, step.Sample, [step.Output]);
                break;

            case 2:
                double ofFirst = (SolverType == SolverType.Heun ? step.Heun : step.Midpoint) * h / Distance(index, 0);
                Combine(sample, step.Sample, [step.Output + ofFirst, -ofFirst]);
                break;

            default:
                // Divided differences between the last three outputs give both derivatives.
                double r0 = Distance(index, 0) / h, r1 = Distance(index, 1) / h;
                double ofNewer = (step.Heun * (2 * r0 + r1) + step.Second) / ((r0 + r1) * r0);
                double ofOlder = -(step.Heun * r0 + step.Second) / ((r0 + r1) * r1);
                Combine(sample, step.Sample, [step.Output + ofNewer, ofOlder - ofNewer, -ofOlder]);
                break;
        }

        VectorMath.AddScaled(sample, step.Noise, noise);
    }

    /// <summary>The order of the step at an index: no higher than there are outputs, and lower at the end of a short run.</summary>
    private int OrderAt(int index)
    {
        int last = Timesteps.Length - 1;
        bool few = LowerOrderFinal && Timesteps.Length < FewSteps;
        bool firstOrder = index == last && (few || Compatibility == SchedulerCompatibility.Current
            && (Config.EulerAtFinal == true || _options.FinalSigma == FinalSigma.Zero));
        int highest = firstOrder ? 1 : few && index == last - 1 ? 2 : SolverOrder;
        return Math.Min(highest, DistinctOutputs(index));
    }

    /// <summary>The distance in lambda between the steps <paramref name="age"/> and <paramref name="age"/> + 1 before this one.</summary>
    private double Distance(int index, int age) => Node(index - age).Lambda - Node(index - age - 1).Lambda;
}
