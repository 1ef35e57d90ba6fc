namespace SdFleet.Diffusion.Schedulers;

/// <summary>Quantiles of the beta distribution, as far as schedules need them.</summary>
internal static class BetaQuantile
{
    // Halvings until the interval is narrower than what double tells apart near 0.5; and near 0, than any schedule's sigma does.
    private const int Halvings = 80;

    private const double Negligible = 1e-17;

    /// <summary>Where the distribution function of Beta(a, a) reaches a probability, which <c>scipy.stats.beta.ppf</c> gives.</summary>
    /// <param name="a">Both parameters, above 0.</param>
    /// <param name="probability">0 to 1.</param>
    /// <returns>0 to 1, to about 15 digits.</returns>
    public static double Symmetric(double a, double probability)
    {
        if (probability > 0.5)
        {
            return 1 - Symmetric(a, 1 - probability);
        }

        // Half of the distribution is below the middle, which spares the beta function.
        double wanted = 2 * probability * Integral(a, 0.5);
        double low = 0, high = 0.5;
        for (int i = 0; i < Halvings; i++)
        {
            double middle = (low + high) / 2;
            if (Integral(a, middle) < wanted)
            {
                low = middle;
            }
            else
            {
                high = middle;
            }
        }

        return probability == 0 ? 0 : (low + high) / 2;
    }

    /// <summary>
    /// The integral of (t (1 - t))^(a - 1) from 0 to x, but for a factor: x^a (1 - x)^a times a series in x (Abramowitz and Stegun,
    /// formulas 26.5.4 and 6.2.2). Fast up to x = 0.5.
    /// </summary>
    private static double Integral(double a, double x)
    {
        double term = 1, sum = 1;
        for (int n = 0; term > Negligible * sum; n++)
        {
            term *= (2 * a + n) / (a + 1 + n) * x;
            sum += term;
        }

        return Math.Pow(x * (1 - x), a) * sum;
    }
}
