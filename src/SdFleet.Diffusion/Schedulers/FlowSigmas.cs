namespace SdFleet.Diffusion.Schedulers;

/// <summary>
/// Noise levels of flow matching, where a sample is (1 - sigma) clean + sigma noise (arXiv:2210.02747): shares of noise from almost 1 down,
/// even but for a shift towards more noise (arXiv:2403.03206, formula 23).
/// </summary>
internal static class FlowSigmas
{
    // A share of 1 leaves nothing of the clean sample, and no log SNR to go by.
    private const double LeastSignal = 1e-6;

    /// <summary>DPM-Solver's and DEIS': from 1 less the least share, to one step before 0.</summary>
    /// <param name="trainTimesteps">The number of training timesteps, whose inverse is the least share.</param>
    /// <param name="count">How many levels.</param>
    /// <param name="shift">The shift; 1 for none.</param>
    public static double[] ToZero(int trainTimesteps, int count, double shift)
    {
        double[] signals = Spacing.Linspace(1, 1.0 / trainTimesteps, count + 1);
        double[] sigmas = new double[count];
        for (int i = 0; i < count; i++)
        {
            sigmas[i] = Shift(1 - signals[count - i], shift);
        }

        return sigmas;
    }

    /// <summary>UniPC's: from almost 1, to one step before the least share.</summary>
    /// <param name="trainTimesteps">The number of training timesteps, whose inverse is the least share.</param>
    /// <param name="count">How many levels.</param>
    /// <param name="shift">The shift; 1 for none.</param>
    /// <param name="terminal">What the levels are stretched to end at, above 0 and below 1; 0 to leave them.</param>
    public static double[] FromOne(int trainTimesteps, int count, double shift, double terminal)
    {
        double[] sigmas = Array.ConvertAll(
            Spacing.Linspace(1, 1.0 / trainTimesteps, count + 1)[..count], sigma => Shift(sigma, shift));
        if (terminal != 0 && sigmas[^1] < 1)
        {
            double stretch = (1 - terminal) / (1 - sigmas[^1]);
            sigmas = Array.ConvertAll(sigmas, sigma => 1 - (1 - sigma) * stretch);
        }

        if (Math.Abs(sigmas[0] - 1) < LeastSignal)
        {
            sigmas[0] -= LeastSignal;
        }

        return sigmas;
    }

    private static double Shift(double sigma, double shift) => shift * sigma / (1 + (shift - 1) * sigma);
}
