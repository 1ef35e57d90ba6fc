namespace SdFleet.Diffusion.Schedulers;

/// <summary>The noise levels of training as sigmas (noise over signal), and ways to choose few of them.</summary>
internal sealed class SigmaSchedule
{
    private const double KarrasRho = 7;
    private readonly double[] _sigmas;
    private readonly double[] _logSigmas;

    public SigmaSchedule(NoiseSchedule schedule)
    {
        _sigmas = new double[schedule.Length];
        for (int t = 0; t < _sigmas.Length; t++)
        {
            _sigmas[t] = schedule.Sigma(t);
        }

        // diffusers holds these in float32: that decides where a timestep is cut off to a whole one.
        _logSigmas = Array.ConvertAll(_sigmas, sigma => (double)(float)Math.Log(sigma));
    }

    /// <summary>The sigma of timestep 0.</summary>
    public double Min => _sigmas[0];

    /// <summary>The sigma of the last timestep.</summary>
    public double Max => _sigmas[^1];

    /// <summary>The sigma at a timestep, linear between whole ones.</summary>
    public double At(double timestep)
    {
        int below = Math.Clamp((int)timestep, 0, _sigmas.Length - 1);
        int above = Math.Min(below + 1, _sigmas.Length - 1);
        return timestep <= below ? _sigmas[below] : _sigmas[below] + (timestep - below) * (_sigmas[above] - _sigmas[below]);
    }

    /// <summary>The timestep of a sigma, linear in log sigma between whole timesteps, and held within them.</summary>
    public double TimestepOf(double sigma)
    {
        double log = Math.Log(Math.Max(sigma, 1e-10));
        int below = _logSigmas.Length - 2;
        while (below > 0 && _logSigmas[below] > log)
        {
            below--;
        }

        double share = (_logSigmas[below] - log) / (_logSigmas[below] - _logSigmas[below + 1]);
        return below + Math.Clamp(share, 0, 1);
    }

    /// <summary>Sigmas falling between two bounds as Karras et al. lay them out (arXiv:2206.00364, formula 5).</summary>
    public static double[] Karras(double max, double min, int count)
    {
        double first = Math.Pow(max, 1 / KarrasRho), last = Math.Pow(min, 1 / KarrasRho);
        return Array.ConvertAll(Spacing.Linspace(0, 1, count), ramp => Math.Pow(first + ramp * (last - first), KarrasRho));
    }

    /// <summary>Sigmas falling between two bounds, even in the logarithm, that is in log SNR.</summary>
    public static double[] LogLinear(double max, double min, int count) =>
        Array.ConvertAll(Spacing.Linspace(Math.Log(max), Math.Log(min), count), Math.Exp);
}
