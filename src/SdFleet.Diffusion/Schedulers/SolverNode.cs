namespace SdFleet.Diffusion.Schedulers;

/// <summary>A noise level as the high-order solvers see it: sample = alpha clean + sigma noise, and lambda = log(alpha / sigma).</summary>
/// <param name="Alpha">The weight of the clean sample.</param>
/// <param name="Sigma">The weight of the noise.</param>
/// <param name="Lambda">Half the log SNR: the variable they integrate over. Infinite where there is no noise.</param>
internal readonly record struct SolverNode(double Alpha, double Sigma, double Lambda)
{
    /// <summary>Noise over signal.</summary>
    public double Rho => Sigma / Alpha;

    public static SolverNode FromAlphaCumprod(double alphaCumprod)
    {
        double alpha = Math.Sqrt(alphaCumprod), sigma = Math.Sqrt(1 - alphaCumprod);
        return new SolverNode(alpha, sigma, Math.Log(alpha) - Math.Log(sigma));
    }

    /// <summary>From the share of noise, where the clean sample has the rest: flow matching.</summary>
    public static SolverNode FromShare(double sigma) => new(1 - sigma, sigma, Math.Log(1 - sigma) - Math.Log(sigma));

    /// <summary>From noise over signal.</summary>
    public static SolverNode FromRho(double rho)
    {
        double alpha = 1 / Math.Sqrt(rho * rho + 1);
        return new SolverNode(alpha, rho * alpha, -Math.Log(rho));
    }
}
