using System.Text.Json;

namespace SdFleet.Diffusion.Schedulers;

/// <summary>
/// UniPC, multistep: predicts the next sample and, once the model was called there, corrects it with that output before predicting on
/// (arXiv:2302.04867; diffusers' <c>UniPCMultistepScheduler</c>).
/// </summary>
public sealed class UniPcMultistepScheduler : SolverScheduler
{
    private const int MaxOrder = 6;

    // Of a value in a message.
    private const int LongestShown = 60;

    private readonly bool _predictsClean;
    private readonly bool _usesBh1;
    private readonly bool _endsAtZero;
    private readonly HashSet<int> _uncorrected;
    private float[] _lastSample = [];
    private int _lastOrder;

    internal UniPcMultistepScheduler(SchedulerConfig config, SchedulerCompatibility compatibility)
        : base(
            config,
            compatibility,
            compatibility == SchedulerCompatibility.Current ? ZeroSnr.Floored : ZeroSnr.Ignored,
            MaxOrder,
            canThreshold: config.PredictX0 ?? true)
    {
        if (config.SolverP is { ValueKind: not JsonValueKind.Null } predictor)
        {
            // There it is an object of the program: diffusers cannot read one from a file either.
            throw new ArgumentException(
                $"solver_p {Shortened(predictor.GetRawText())}, another scheduler as predictor, is not supported. Supported: null.");
        }

        _predictsClean = config.PredictX0 ?? true;
        RequireCleanOfFlow("predict_x0 false");
        if (compatibility == SchedulerCompatibility.Current)
        {
            // It takes a value that is given to each run, which no pipeline of Stable Diffusion does.
            ConfigValue.RequireOff("use_dynamic_shifting", config.UseDynamicShifting);
            RequireTerminal(config.ShiftTerminal);
        }
        _usesBh1 = SolverType == SolverType.Bh1;
        _uncorrected = [.. config.DisableCorrector ?? []];

        // Only where the configuration says so: releases from 0.29 on end there, those before do not.
        _endsAtZero = compatibility == SchedulerCompatibility.Current
            && ConfigValue.Parse("final_sigmas_type", config.FinalSigmasType, FinalSigma.SigmaMin) == FinalSigma.Zero;
        if (_endsAtZero && !(_predictsClean && (LowerOrderFinal || SolverOrder == 1)))
        {
            // The noise to predict there is none, and a higher order looks at lambda, which is infinite there.
            throw new ArgumentException(
                "final_sigmas_type \"zero\" is not supported without predict_x0 and lower_order_final. Supported: sigma_min.");
        }
    }

    private protected override bool KeepsClean => _predictsClean;

    // The corrector looks at as many outputs as the predictor had, and at the newest.
    private protected override int HistoryDepth => SolverOrder + 1;

    private protected override double FinalSigmaFrom(double last) =>
        _endsAtZero ? 0 : LevelLayout != SigmaLayout.Timesteps ? last : Training.Min;

    private protected override double[] LayOutFlow(int steps) =>
        FlowSigmas.FromOne(NoiseSchedule.Length, steps, FlowShift, Config.ShiftTerminal ?? 0);

    private protected override void Reset(int batchLength, int valuesPerImage)
    {
        base.Reset(batchLength, valuesPerImage);
        EnsureLength(ref _lastSample, batchLength);
    }

    private protected override void Solve(int index, Span<float> sample, ReadOnlySpan<float> noise)
    {
        Span<double> weights = stackalloc double[MaxOrder + 1];
        if (Outputs.Count > 1 && !_uncorrected.Contains(index - 1))
        {
            weights = weights[..(_lastOrder + 1)];
            double sampleWeight = Weigh(index - 1, _lastOrder, withNext: true, weights);
            _lastSample.CopyTo(sample);
            Combine(sample, sampleWeight, weights);
        }

        sample.CopyTo(_lastSample);
        int highest = LowerOrderFinal ? Math.Min(SolverOrder, Timesteps.Length - index) : SolverOrder;
        _lastOrder = Math.Min(highest, DistinctOutputs(index));

        Span<double> predictorWeights = stackalloc double[MaxOrder + 1];
        predictorWeights = predictorWeights[..(_lastOrder + 1)];
        double weight = Weigh(index, _lastOrder, withNext: false, predictorWeights);
        Combine(sample, weight, predictorWeights[1..]);
    }

    /// <summary>Computes the weights of a step.</summary>
    /// <param name="index">Where the step begins.</param>
    /// <param name="order">How many outputs at or before its begin it uses.</param>
    /// <param name="withNext">Whether the output at its end is known and used: the corrector.</param>
    /// <param name="weights">Receives the weights of the output at its end, then of those at its begin and before.</param>
    /// <returns>The weight of the sample at its begin.</returns>
    private double Weigh(int index, int order, bool withNext, Span<double> weights)
    {
        SolverNode from = Node(index), to = Node(index + 1);
        double h = to.Lambda - from.Lambda;
        weights.Clear();
        if (h == 0)
        {
            return 1;
        }

        double hh = _predictsClean ? -h : h;
        double phi = ExpM1(hh);
        double b = _usesBh1 ? hh : phi;
        double scale = _predictsClean ? -to.Alpha : -to.Sigma;

        // Where the outputs stand, in units of the step from its begin; 1 is its end.
        Span<double> places = stackalloc double[MaxOrder];
        for (int age = 1; age < order; age++)
        {
            places[age - 1] = (Node(index - age).Lambda - from.Lambda) / h;
        }

        places[order - 1] = 1;
        int used = withNext ? order : order - 1;
        Span<double> rhos = stackalloc double[MaxOrder];
        SolveRhos(places[..used], hh, phi, b, rhos);

        // Each difference of an output from that at the begin counts as its rho says.
        double ofBegin = phi;
        for (int i = 0; i < used; i++)
        {
            bool isNext = i == order - 1;
            double ofOutput = b * rhos[i] / places[i];
            weights[isNext ? 0 : i + 2] = scale * ofOutput;
            ofBegin -= ofOutput;
        }

        weights[1] = scale * ofBegin;
        return _predictsClean ? to.Sigma / from.Sigma : to.Alpha / from.Alpha;
    }

    /// <summary>
    /// The weights that make the step exact for polynomials: a Vandermonde system (formula 5 of the paper). With one unknown the paper
    /// takes one half instead, which is as accurate.
    /// </summary>
    private static void SolveRhos(ReadOnlySpan<double> places, double hh, double phi, double b, Span<double> rhos)
    {
        int count = places.Length;
        if (count <= 1)
        {
            rhos[0] = 0.5;
            return;
        }

        Span<double> matrix = stackalloc double[MaxOrder * MaxOrder];
        double phiK = phi / hh - 1;
        double factorial = 1;
        for (int row = 0; row < count; row++)
        {
            for (int column = 0; column < count; column++)
            {
                matrix[row * count + column] = Math.Pow(places[column], row);
            }

            rhos[row] = phiK * factorial / b;
            factorial *= row + 2;
            phiK = phiK / hh - 1 / factorial;
        }

        LinearSystem.Solve(matrix[..(count * count)], rhos[..count]);
    }

    private static string Shortened(string text) => text.Length <= LongestShown ? text : $"{text[..LongestShown]}...";

    private void RequireTerminal(double? terminal)
    {
        if (terminal is null)
        {
            return;
        }

        if (LevelLayout != SigmaLayout.Flow)
        {
            throw new ArgumentException(
                FormattableString.Invariant($"shift_terminal {terminal} is not supported without use_flow_sigmas. Supported: null."));
        }

        if (!(terminal is >= 0 and < 1))
        {
            throw new ArgumentException(
                FormattableString.Invariant($"shift_terminal {terminal} is not supported. Supported: 0, for none, to below 1."));
        }
    }

    /// <summary>e^x - 1 without the cancellation near 0.</summary>
    private static double ExpM1(double x) => double.IsNegativeInfinity(x) ? -1 : 2 * Math.Sinh(x / 2) * Math.Exp(x / 2);
}
