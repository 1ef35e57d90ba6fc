namespace SdFleet.Diffusion.Schedulers;

/// <summary>
/// DEIS, multistep: integrates the polynomial, in log rho, through the last noise predictions (arXiv:2204.13902; diffusers'
/// <c>DEISMultistepScheduler</c>).
/// </summary>
public sealed class DeisMultistepScheduler : SolverScheduler
{
    private const int MaxOrder = 3;

    internal DeisMultistepScheduler(SchedulerConfig config, SchedulerCompatibility compatibility)
        : base(config, compatibility, ZeroSnr.Ignored, MaxOrder)
    {
        ConfigValue.Parse(
            "algorithm_type", config.AlgorithmType, DpmAlgorithm.Deis, DpmAlgorithm.Deis, DpmAlgorithm.Clean, DpmAlgorithm.Noise);
        if (compatibility == SchedulerCompatibility.V021)
        {
            // That release offers it, and then fails.
            ConfigValue.RequireOff("with diffusers 0.21, use_karras_sigmas", config.UseKarrasSigmas);
        }
    }

    private protected override bool KeepsClean => false;

    private protected override double FinalSigmaFrom(double last) => LevelLayout != SigmaLayout.Timesteps ? last : Training.Min;

    private protected override void Solve(int index, Span<float> sample, ReadOnlySpan<float> noise)
    {
        SolverNode from = Node(index), to = Node(index + 1);
        int order = OrderAt(index);

        // The sample, divided by alpha, moves by the integral of the noise over rho.
        double a = to.Alpha;
        double sampleWeight = a / from.Alpha;
        double t = to.Rho, r0 = from.Rho;
        switch (order)
        {
            case 1:
                Combine(sample, sampleWeight, [a * (t - r0)]);
                break;

            case 2:
                double r1 = Node(index - 1).Rho;
                Combine(sample, sampleWeight, [a * Weight(t, r0, r0, r1), a * Weight(t, r0, r1, r0)]);
                break;

            default:
                r1 = Node(index - 1).Rho;
                double r2 = Node(index - 2).Rho;
                Combine(
                    sample, sampleWeight, [a * Weight(t, r0, r0, r1, r2), a * Weight(t, r0, r1, r2, r0), a * Weight(t, r0, r2, r0, r1)]);
                break;
        }
    }

    /// <summary>
    /// The integral from <paramref name="from"/> to <paramref name="to"/> of the line in log rho that is 1 at b and 0 at c.
    /// </summary>
    private static double Weight(double to, double from, double b, double c)
    {
        double logC = Math.Log(c);
        return (Antiderivative(to) - Antiderivative(from)) / (Math.Log(b) - logC);

        double Antiderivative(double rho) => rho * (Math.Log(rho) - logC - 1);
    }

    /// <summary>The same of the parabola in log rho that is 1 at b and 0 at c and d.</summary>
    private static double Weight(double to, double from, double b, double c, double d)
    {
        double logB = Math.Log(b), logC = Math.Log(c), logD = Math.Log(d);
        return (Antiderivative(to) - Antiderivative(from)) / ((logB - logC) * (logB - logD));

        double Antiderivative(double rho)
        {
            // With x = log rho: the integral of (x - c)(x - d) e^x is e^x ((x - 1 - c)(x - 1 - d) + 1).
            double x = Math.Log(rho) - 1;
            return rho * ((x - logC) * (x - logD) + 1);
        }
    }

    private int OrderAt(int index)
    {
        int left = Timesteps.Length - index;
        int highest = LowerOrderFinal && Timesteps.Length < FewSteps ? Math.Min(left, SolverOrder) : SolverOrder;
        return Math.Min(highest, DistinctOutputs(index));
    }
}
