namespace SdFleet.Diffusion.Schedulers;

/// <summary>
/// DPM-Solver and DPM-Solver++, singlestep: steps go in groups of rising order, each of them from the group's first sample
/// (arXiv:2206.00927 and 2211.01095; diffusers' <c>DPMSolverSinglestepScheduler</c>).
/// </summary>
public sealed class DpmSolverSinglestepScheduler : SolverScheduler
{
    private const int MaxOrder = 3;
    private readonly DpmSolverOptions _options;
    private int[] _orders = [];
    private float[] _groupStart = [];

    internal DpmSolverSinglestepScheduler(SchedulerConfig config, SchedulerCompatibility compatibility)
        : base(config, compatibility, ZeroSnr.Ignored, MaxOrder, alwaysLinspace: true)
    {
        // The older generation knows no stochastic form.
        DpmAlgorithm[] known = [DpmAlgorithm.Noise, DpmAlgorithm.Clean, DpmAlgorithm.Deis, DpmAlgorithm.StochasticClean];
        _options = new DpmSolverOptions(config, compatibility, compatibility == SchedulerCompatibility.Current ? known : known[..^1]);
        DpmSolverOptions.RequireGivenVariance(PredictionType, config.VarianceType);
        RequireCleanOfFlow($"algorithm_type \"{config.AlgorithmType}\"");
    }

    private protected override bool KeepsClean => _options.KeepsClean;

    private protected override double LambdaMin => _options.LambdaMin;

    private protected override double FinalSigmaFrom(double last) => _options.FinalSigma == FinalSigma.Zero ? 0 : Training.Min;

    private protected override bool DrawsNoise(int index) => _options.IsStochastic;

    // However long the step is: it may begin further back.
    private protected override bool UsesNoise(int index) => _options.IsStochastic && Node(index + 1).Sigma > 0;

    private protected override double[] LayOut(int steps)
    {
        double[] timesteps = base.LayOut(steps);
        _orders = Orders(timesteps.Length);
        return timesteps;
    }

    private protected override void Reset(int batchLength, int valuesPerImage)
    {
        base.Reset(batchLength, valuesPerImage);
        EnsureLength(ref _groupStart, batchLength);
    }

    private protected override void Solve(int index, Span<float> sample, ReadOnlySpan<float> noise)
    {
        // Image-to-image may begin within a group: its steps then are of first order until there are outputs to go by.
        int order = Math.Min(_orders[index], DistinctOutputs(index));
        if (order == 1)
        {
            sample.CopyTo(_groupStart);
        }

        // The step is based at the group's start, order - 1 steps ago, and spans all the way from there.
        SolverNode start = Node(index - order + 1);
        DpmStep step = DpmStep.Between(_options.Algorithm, start, Node(index + 1));
        double h = Node(index + 1).Lambda - start.Lambda;
        _groupStart.CopyTo(sample);
        switch (order)
        {
            case 1:
                Combine(sample, step.Sample, [step.Output]);
                break;

            case 2:
                double ofDifference = (SolverType == SolverType.Heun ? step.Heun : step.Midpoint) * h / (Node(index).Lambda - start.Lambda);
                Combine(sample, step.Sample, [ofDifference, step.Output - ofDifference]);
                break;

            default:
                SolveThirdOrder(index, step, start, h, sample);
                break;
        }

        // The noise of the whole way from the group's start, which the sample before the step is left behind with.
        VectorMath.AddScaled(sample, step.Noise, noise);
    }

    private void SolveThirdOrder(int index, DpmStep step, SolverNode start, double h, Span<float> sample)
    {
        // Divided differences of the two later outputs from the first.
        double r0 = (Node(index).Lambda - start.Lambda) / h;
        double r1 = (Node(index - 1).Lambda - start.Lambda) / h;
        double ofLast = step.Heun / r0, ofMiddle = 0;
        if (SolverType == SolverType.Heun)
        {
            ofLast = (2 * step.Second - step.Heun * r1) / ((r0 - r1) * r0);
            ofMiddle = (step.Heun * r0 - 2 * step.Second) / ((r0 - r1) * r1);
        }

        Combine(sample, step.Sample, [ofLast, ofMiddle, step.Output - ofLast - ofMiddle]);
    }

    /// <summary>The order of each step: groups of 1, 2, 3, and what is left over at the end.</summary>
    private int[] Orders(int steps)
    {
        bool current = Compatibility == SchedulerCompatibility.Current;

        // Of all classes this one alone has no as its default, and of the two generations the newer one alone.
        bool wanted = Config.LowerOrderFinal ?? !current;
        bool lower = wanted || steps % SolverOrder != 0 || current && _options.FinalSigma == FinalSigma.Zero;
        int[] orders = [.. Enumerable.Range(0, steps).Select(i => i % SolverOrder + 1)];
        if (lower && SolverOrder == 3 && steps % 3 == 0)
        {
            // The last group would be 1, 2, 3.
            orders[^1] = 1;
        }

        if (lower && current && (SolverOrder == 2 || _options.FinalSigma == FinalSigma.Zero))
        {
            orders[^1] = 1;
        }

        return orders;
    }
}
