namespace SdFleet.Diffusion.Schedulers;

/// <summary>
/// A step of DPM-Solver between two noise levels, as weights of the sample, of the model's output where the step is based (D0), and of
/// the output's first and second derivative (D1, D2) over the step (arXiv:2206.00927 and 2211.01095, appendix B).
/// </summary>
/// <param name="Sample">The weight of the sample.</param>
/// <param name="Output">The weight of D0.</param>
/// <param name="Midpoint">The weight of D1 in the second-order midpoint form.</param>
/// <param name="Heun">The weight of D1 in the second-order Heun form, and in the third order.</param>
/// <param name="Second">The weight of D2.</param>
/// <param name="Noise">The weight of fresh noise.</param>
internal readonly record struct DpmStep(double Sample, double Output, double Midpoint, double Heun, double Second, double Noise)
{
    /// <summary>A step that leads nowhere: both ends are the same noise level.</summary>
    private static DpmStep Identity => new(1, 0, 0, 0, 0, 0);

    public static DpmStep Between(DpmAlgorithm algorithm, SolverNode from, SolverNode to)
    {
        double h = to.Lambda - from.Lambda;
        if (h == 0)
        {
            return Identity;
        }

        double scale, phi, second;
        switch (algorithm)
        {
            case DpmAlgorithm.Noise:
                scale = -to.Sigma;
                phi = Math.Exp(h) - 1;
                second = scale * ((phi - h) / (h * h) - 0.5);
                return new(to.Alpha / from.Alpha, scale * phi, scale * phi / 2, scale * (phi / h - 1), second, 0);

            case DpmAlgorithm.StochasticNoise:
                scale = -2 * to.Sigma;
                phi = Math.Exp(h) - 1;
                double noise = to.Sigma * Math.Sqrt(Math.Exp(2 * h) - 1);
                return new(to.Alpha / from.Alpha, scale * phi, scale * phi / 2, scale * (phi / h - 1), 0, noise);

            case DpmAlgorithm.StochasticClean:
                scale = to.Alpha;
                phi = 1 - Math.Exp(-2 * h);
                double ratio = to.Sigma / from.Sigma * Math.Exp(-h);

                // As diffusers has it. The integral of 2 e^-2(h - x) x^2 / 2 over the step is that with + 0.5.
                second = double.IsInfinity(h) ? 0 : scale * ((phi - 2 * h) / (4 * h * h) - 0.5);
                return new(ratio, scale * phi, scale * phi / 2, scale * (1 - phi / (2 * h)), second, to.Sigma * Math.Sqrt(phi));

            default:
                scale = -to.Alpha;
                phi = Math.Exp(-h) - 1;
                second = double.IsInfinity(h) ? 0 : scale * ((phi + h) / (h * h) - 0.5);
                return new(to.Sigma / from.Sigma, scale * phi, scale * phi / 2, -scale * (phi / h + 1), second, 0);
        }
    }
}
