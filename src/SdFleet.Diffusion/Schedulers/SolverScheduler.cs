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
    private readonly CleanSampleLimit _limit;
    private SolverNode[] _nodes = [];
    private double[] _sigmas = [];

    private protected SolverScheduler(
        SchedulerConfig config,
        SchedulerCompatibility compatibility,
        ZeroSnr zeroSnr,
        int maxOrder,
        bool alwaysLinspace = false,
        bool canThreshold = true,
        bool knowsLu = false)
        : base(config, NoiseSchedule.Create(config, BetaDefaults.Pixel, zeroSnr), compatibility)
    {
        LevelLayout = SigmaLayouts.Read(config, compatibility, knowsFlow: true, knowsLu);
        bool flows = LevelLayout == SigmaLayout.Flow;
        FlowShift = flows ? ConfigValue.Above("flow_shift", config.FlowShift ?? 1, 0) : 1;
        _spacing = alwaysLinspace
            ? TimestepSpacing.Linspace
            : ConfigValue.Parse("timestep_spacing", config.TimestepSpacing, TimestepSpacing.Linspace);
        PredictionType = ConfigValue.Parse(
            flows ? "prediction_type" : "without use_flow_sigmas, prediction_type",
            config.PredictionType,
            PredictionType.Epsilon,
            flows ? default : PredictionTypes.Diffusion);
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

    /// <summary>What the model predicts.</summary>
    private protected PredictionType PredictionType { get; }

    /// <summary>How far flow sigmas are shifted towards more noise; 1 for not at all.</summary>
    private protected double FlowShift { get; }

    /// <summary>Whether the timesteps of a layout's noise levels are rounded; others are cut off to whole ones.</summary>
    private protected virtual bool RoundsTimesteps => LevelLayout is SigmaLayout.Karras or SigmaLayout.Lu;

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

    /// <summary>Noise levels of flow matching.</summary>
    private protected virtual double[] LayOutFlow(int steps) => FlowSigmas.ToZero(NoiseSchedule.Length, steps, FlowShift);

    /// <summary>
    /// How many of <see cref="Outputs"/> a step can tell a change from: those from this one back that are of different noise levels. With
    /// as many steps as training timesteps two of them round to the same one, and the change is a division by 0.
    /// </summary>
    private protected int DistinctOutputs(int index)
    {
        int count = 1;
        while (count < Outputs.Count && _nodes[index - count].Lambda != _nodes[index - count + 1].Lambda)
        {
            count++;
        }

        return count;
    }

    /// <summary>Computes the step at an index from <see cref="Outputs"/>, whose first is this step's.</summary>
    private protected abstract void Solve(int index, Span<float> sample, ReadOnlySpan<float> noise);

    private protected override double[] LayOut(int steps)
    {
        double[]? sigmas = LevelLayout switch
        {
            SigmaLayout.Timesteps => null,
            SigmaLayout.Flow => LayOutFlow(steps),
            _ => SigmaLayouts.Between(LevelLayout, Training.Max, Training.Min, steps),
        };
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
            _nodes = [.. sigmas.Append(FinalSigmaFrom(sigmas[^1])).Select(sigma => NodeOf((float)sigma))];
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
        var prediction = new Prediction(PredictionType, node.Alpha, node.Sigma);
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

    /// <summary>Refuses to read a flow's prediction as noise, which diffusers does in DEIS only.</summary>
    /// <param name="setting">What has outputs kept as noise.</param>
    /// <exception cref="ArgumentException">It is asked for.</exception>
    private protected void RequireCleanOfFlow(string setting)
    {
        if (PredictionType == PredictionType.FlowPrediction && !KeepsClean)
        {
            throw new ArgumentException(
                $"prediction_type \"flow_prediction\" is not supported with {setting}. Supported: epsilon, sample, v_prediction.");
        }
    }

    private SolverNode NodeOf(double sigma) =>
        LevelLayout == SigmaLayout.Flow ? SolverNode.FromShare(sigma) : SolverNode.FromRho(sigma);

    private double WholeTimestepOf(double sigma)
    {
        double timestep = LevelLayout == SigmaLayout.Flow ? sigma * NoiseSchedule.Length : Training.TimestepOf(sigma);
        return RoundsTimesteps ? Math.Round(timestep, MidpointRounding.ToEven) : Math.Truncate(timestep);
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
