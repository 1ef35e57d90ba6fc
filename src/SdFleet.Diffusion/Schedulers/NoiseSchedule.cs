namespace SdFleet.Diffusion.Schedulers;

/// <summary>
/// The forward process a model was trained on: how much of the clean sample is left, and how much noise there is, at each training
/// timestep (DDPM, arXiv:2006.11239).
/// </summary>
/// <remarks>
/// PyTorch holds these tables in float32, and near timestep 0 the rounding shows in the fifth digit of sigma. So they are rounded where
/// PyTorch rounds, and only then widened.
/// </remarks>
public sealed class NoiseSchedule
{
    private const int DefaultLength = 1000;
    private const double MaxBeta = 0.999;

    // What diffusers puts in place of an alpha of 0 where sigma must stay finite: the least that float16 still tells from 0.
    private const double ZeroSnrFloor = 1.0 / (1 << 24);

    private readonly double[] _alphasCumprod;

    private NoiseSchedule(double[] alphasCumprod) => _alphasCumprod = alphasCumprod;

    /// <summary>The number of training timesteps.</summary>
    public int Length => _alphasCumprod.Length;

    /// <summary>The share of the clean sample's variance at each training timestep, falling from almost 1 to almost 0.</summary>
    public ReadOnlySpan<double> AlphasCumprod => _alphasCumprod;

    /// <summary>Noise over signal, sqrt((1 - alpha) / alpha), at a training timestep. Infinite where alpha is 0.</summary>
    public double Sigma(int timestep)
    {
        float alpha = (float)_alphasCumprod[timestep];
        return MathF.Sqrt((1 - alpha) / alpha);
    }

    /// <summary>Noises a clean sample to a training timestep: sqrt(alpha) original + sqrt(1 - alpha) noise.</summary>
    /// <param name="original">The clean sample, any shape, flat.</param>
    /// <param name="noise">Unit noise of the same length.</param>
    /// <param name="timestep">A training timestep, 0 to <see cref="Length"/> - 1.</param>
    /// <param name="destination">The result; may be <paramref name="original"/> or <paramref name="noise"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such timestep.</exception>
    public void AddNoise(ReadOnlySpan<float> original, ReadOnlySpan<float> noise, int timestep, Span<float> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(timestep);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(timestep, Length);
        double alpha = _alphasCumprod[timestep];
        VectorMath.Combine(destination, Math.Sqrt(alpha), original, Math.Sqrt(1 - alpha), noise);
    }

    /// <summary>Builds the tables that a configuration describes.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="defaults">The scheduler class's own betas, used where the configuration names none.</param>
    /// <param name="zeroSnr">What the class makes of <see cref="SchedulerConfig.RescaleBetasZeroSnr"/>.</param>
    internal static NoiseSchedule Create(SchedulerConfig config, BetaDefaults defaults, ZeroSnr zeroSnr)
    {
        int length = config.TrainedBetas?.Count ?? config.NumTrainTimesteps ?? DefaultLength;
        ConfigValue.InRange("num_train_timesteps", length, 1, 1_000_000);

        float[] betas = config.TrainedBetas is { } trained ? [.. trained] : Betas(config, defaults, length);
        if (config.RescaleBetasZeroSnr != true)
        {
            zeroSnr = ZeroSnr.Ignored;
        }

        if (zeroSnr != ZeroSnr.Ignored)
        {
            RescaleToZeroSnr(betas);
        }

        double[] alphas = CumulativeAlphas(betas);
        if (zeroSnr == ZeroSnr.Floored)
        {
            alphas[^1] = ZeroSnrFloor;
        }

        return new NoiseSchedule(alphas);
    }

    private static float[] Betas(SchedulerConfig config, BetaDefaults defaults, int length)
    {
        double start = config.BetaStart ?? defaults.Start;
        double end = config.BetaEnd ?? defaults.End;
        BetaSchedule schedule = ConfigValue.Parse("beta_schedule", config.BetaSchedule, defaults.Schedule);
        switch (schedule)
        {
            case BetaSchedule.Linear:
                return TorchLinspace(start, end, length);

            case BetaSchedule.ScaledLinear:
                float[] roots = TorchLinspace(Math.Sqrt(start), Math.Sqrt(end), length);
                return Array.ConvertAll(roots, root => root * root);

            case BetaSchedule.Sigmoid:
                float[] points = TorchLinspace(-6, 6, length);
                return Array.ConvertAll(points, x => (float)((end - start) / (1 + Math.Exp(-x)) + start));

            case BetaSchedule.Exponential:
                return BetasFromAlphaBar(length, t => Math.Exp(t * -12));

            default:
                return BetasFromAlphaBar(length, t => Math.Pow(Math.Cos((t + 0.008) / 1.008 * Math.PI / 2), 2));
        }
    }

    private static float[] BetasFromAlphaBar(int length, Func<double, double> alphaBar)
    {
        float[] betas = new float[length];
        for (int i = 0; i < length; i++)
        {
            double ratio = alphaBar((i + 1) / (double)length) / alphaBar(i / (double)length);
            betas[i] = (float)Math.Min(1 - ratio, MaxBeta);
        }

        return betas;
    }

    /// <summary>torch.linspace in float32: counted from both ends towards the middle.</summary>
    private static float[] TorchLinspace(double start, double end, int length)
    {
        float first = (float)start, last = (float)end;
        float step = length > 1 ? (last - first) / (length - 1) : 0;
        float[] values = new float[length];
        for (int i = 0; i < length; i++)
        {
            values[i] = i < length / 2 ? first + step * i : last - step * (length - 1 - i);
        }

        if (length == 1)
        {
            values[0] = first;
        }

        return values;
    }

    private static double[] CumulativeAlphas(float[] betas)
    {
        double[] alphas = new double[betas.Length];
        double product = 1;
        for (int i = 0; i < betas.Length; i++)
        {
            // torch.cumprod accumulates in double and stores in float.
            product *= 1 - betas[i];
            alphas[i] = (float)product;
        }

        return alphas;
    }

    /// <summary>Algorithm 1 of arXiv:2305.08891: shift sqrt(alpha) so that its last is 0, scale so that its first stays.</summary>
    private static void RescaleToZeroSnr(float[] betas)
    {
        float[] roots = Array.ConvertAll(CumulativeAlphas(betas), alpha => MathF.Sqrt((float)alpha));
        float first = roots[0], last = roots[^1];
        for (int i = 0; i < roots.Length; i++)
        {
            roots[i] = (roots[i] - last) * (first / (first - last));
        }

        float previous = 1;
        for (int i = 0; i < betas.Length; i++)
        {
            float alphaBar = roots[i] * roots[i];
            betas[i] = 1 - alphaBar / previous;
            previous = alphaBar;
        }
    }
}
