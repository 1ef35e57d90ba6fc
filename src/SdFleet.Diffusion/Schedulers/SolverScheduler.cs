namespace SdFleet.Diffusion.Schedulers;

/// <summary>
/// What the high-order solvers in log SNR share: DPM-Solver, DEIS and UniPC. A step is a weighted sum of the sample and of the last few
/// model outputs, each read as the predicted clean sample or as the predicted noise.
/// </summary>
public abstract class SolverScheduler : Scheduler
{
    /// <summary>Below so many steps, the last ones of a run are of lower order.</summary>
    private protected const int FewSteps = 15;

    private readonly TimestepSpacing _spacing;
    private readonly PredictionType _predictionType;
    private readonly CleanSampleLimit _limit;
    private SolverNode[] _nodes = [];
    private double[] _sigmas = [];

    private protected SolverScheduler(
        SchedulerConfig config,
        SchedulerCompatibility compatibility,
        ZeroSnr zeroSnr,
        int maxOrder,
        bool alwaysLinspace = false,
        bool canThreshold = true)
        : base(config, NoiseSchedule.Create(config, BetaDefaults.Pixel, zeroSnr), compatibility)
    {
        LevelLayout = SigmaLayouts.Read(config, compatibility);
        ConfigValue.RequireOff("use_flow_sigmas", config.UseFlowSigmas);
        if (config.VarianceType is "learned" or "learned_range")
        {
            throw new ArgumentException(
                $"variance_type \"{config.VarianceType}\" is not supported. Supported: none.");
        }

        _spacing = alwaysLinspace
            ? TimestepSpacing.Linspace
            : ConfigValue.Parse("timestep_spacing", config.TimestepSpacing, TimestepSpacing.Linspace);
        _predictionType = ConfigValue.Parse("prediction_type", config.PredictionType, PredictionType.Epsilon);
        _limit = new CleanSampleLimit(config, clipByDefault: null, canThreshold);
        SolverOrder = ConfigValue.InRange("solver_order", config.SolverOrder ?? 2, 1, maxOrder);
        SolverType = ConfigValue.Parse("solver_type", config.SolverType, SolverType.Midpoint);
        LowerOrderFinal = config.LowerOrderFinal ?? true;
        Training = new SigmaSchedule(NoiseSchedule);
    }

    /// <summary>Noise over signal at each step, and after the last.</summary>
    public ReadOnlySpan<double> Sigmas => _sigmas;

    /// <summary>The highest order.</summary>
    private protected int SolverOrder { get; }

    /// <summary>The form of the second order, as the configuration says.</summary>
    private protected SolverType SolverType { get; }

    /// <summary>Whether the last steps are of lower order.</summary>
    private protected bool LowerOrderFinal { get; }

    /// <summary>How the noise levels lie between their bounds.</summary>
    private protected SigmaLayout LevelLayout { get; }

    /// <summary>The noise levels of training.</summary>
    private protected SigmaSchedule Training { get; }

    /// <summary>Whether outputs are kept as predicted clean samples, or as predicted noise.</summary>
    private protected abstract bool KeepsClean { get; }

    /// <summary>The outputs so far, the current step's first.</summary>
    private protected ModelOutputHistory Outputs { get; } = new();

    /// <summary>The lambda below which noise levels are left out.</summary>
    private protected virtual double LambdaMin => double.NegativeInfinity;

    /// <summary>The noise level at a step, or, one past the last, after it.</summary>
    private protected SolverNode Node(int index) => _nodes[index];

    /// <summary>Where the last step ends, as noise over signal.</summary>
    /// <param name="last">The noise level that it begins at.</param>
    private protected abstract double FinalSigmaFrom(double last);

    /// <summary>Noise levels of the class's own; where it has some, the timesteps are changed to theirs.</summary>
    private protected virtual double[]? LayOutSigmas(int steps) =>
        LevelLayout == SigmaLayout.Timesteps ? null : SigmaLayouts.Between(LevelLayout, Training.Max, Training.Min, steps);

    /// <summary>Computes the step at an index from <see cref="Outputs"/>, whose first is this step's.</summary>
    private protected abstract void Solve(int index, Span<float> sample, ReadOnlySpan<float> noise);

    private protected override double[] LayOut(int steps)
    {
        double[]? sigmas = LayOutSigmas(steps);
        double[] timesteps = sigmas is null
            ? Spacing.Solver(_spacing, NoiseSchedule.Length, LastTimestep(), steps, Config.StepsOffset ?? 0)
            : Array.ConvertAll(sigmas, WholeTimestepOf);
        foreach (double t in timesteps)
        {
            ConfigValue.InRange("with steps_offset, a timestep of", (int)t, 0, NoiseSchedule.Length - 1);
        }

        if (Compatibility == SchedulerCompatibility.V021)
        {
            // The older generation knows timesteps only, each of them once, and always ends at timestep 0.
            timesteps = [.. timesteps.Distinct()];
            _nodes = [.. timesteps.Append(0).Select(t => SolverNode.FromAlphaCumprod(NoiseSchedule.AlphasCumprod[(int)t]))];
        }
        else
        {
            sigmas ??= Array.ConvertAll(timesteps, Training.At);

            // diffusers holds sigmas in float32.
            _nodes = [.. sigmas.Append(FinalSigmaFrom(sigmas[^1])).Select(sigma => SolverNode.FromRho((float)sigma))];
        }

        _sigmas = Array.ConvertAll(_nodes, node => node.Rho);
        return timesteps;
    }

    private protected override void Reset(int batchLength, int valuesPerImage)
    {
        Outputs.Reset(HistoryDepth, batchLength);
        _limit.Reset(valuesPerImage);
    }

    /// <summary>How many outputs a step may look at, its own included.</summary>
    private protected virtual int HistoryDepth => SolverOrder;

    private protected sealed override (double Signal, double Noise) NoiseLevelAt(int index) => (_nodes[index].Alpha, _nodes[index].Sigma);

    private protected sealed override void Advance(
        int index, ReadOnlySpan<float> modelOutput, Span<float> sample, ReadOnlySpan<float> noise)
    {
        Convert(_nodes[index], sample, modelOutput, Outputs.Push());
        Solve(index, sample, noise);
    }

    /// <summary>Replaces the sample by a weighted sum of itself, of the outputs from the newest on, and of noise.</summary>
    private protected void Combine(Span<float> sample, double sampleWeight, ReadOnlySpan<double> outputWeights)
    {
        VectorMath.Combine(sample, sampleWeight, sample, outputWeights[0], Outputs[0]);
        for (int age = 1; age < outputWeights.Length; age++)
        {
            VectorMath.AddScaled(sample, outputWeights[age], Outputs[age]);
        }
    }

    /// <summary>Reads the model's output as what the solver keeps.</summary>
    private void Convert(SolverNode node, ReadOnlySpan<float> sample, ReadOnlySpan<float> modelOutput, Span<float> destination)
    {
        var prediction = new Prediction(_predictionType, node.Alpha, node.Sigma);
        if (!KeepsClean && !_limit.IsActive)
        {
            prediction.Noise.Write(destination, sample, modelOutput);
            return;
        }

        prediction.Clean.Write(destination, sample, modelOutput);
        _limit.Apply(destination);
        if (!KeepsClean)
        {
            VectorMath.Combine(destination, 1 / node.Sigma, sample, -node.Alpha / node.Sigma, destination);
        }
    }

    // diffusers rounds some layouts' timesteps, and leaves the others to the conversion to whole numbers.
    private double WholeTimestepOf(double sigma)
    {
        double timestep = Training.TimestepOf(sigma);
        return LevelLayout is SigmaLayout.Exponential or SigmaLayout.Beta
            ? Math.Truncate(timestep)
            : Math.Round(timestep, MidpointRounding.ToEven);
    }

    /// <summary>One more than the noisiest timestep whose lambda is not below <see cref="LambdaMin"/>.</summary>
    private int LastTimestep()
    {
        int last = NoiseSchedule.Length;
        while (last > 1 && SolverNode.FromAlphaCumprod(NoiseSchedule.AlphasCumprod[last - 1]).Lambda < LambdaMin)
        {
            last--;
        }

        return last;
    }
}
