using SdFleet.Diffusion.Schedulers;

namespace SdFleet.Diffusion.Tests.Schedulers;

/// <summary>The third order of sde-dpmsolver++, which no golden case has, against the integral that it approximates.</summary>
public class ThirdOrderSdeTests
{
    private const int Steps = 20, Pieces = 20_000;

    // The predicted image is a parabola in lambda. The solvers' derivatives are exact then, so that a step is the SDE's exact solution
    // (arXiv:2211.01095, formula 18), but for what diffusers weighs the second derivative with: one less than the integral, and in the
    // multistep form half of that.
    [Theory]
    [InlineData("DPMSolverMultistepScheduler", 0.5)]
    [InlineData("DPMSolverSinglestepScheduler", 1)]
    public void Step_ParabolaInLambda_IsTheSolutionButForDiffusersWeight(string name, double share)
    {
        Scheduler scheduler = KnownSchedulers.Create(name, SchedulerFixture.Config with
        {
            AlgorithmType = "sde-dpmsolver++",
            PredictionType = "sample",
            SolverOrder = 3,
            SolverType = "heun",
            FinalSigmasType = "sigma_min",
        });
        scheduler.SetTimesteps(Steps);
        double[] lambdas = Array.ConvertAll(((SolverScheduler)scheduler).Sigmas.ToArray(), sigma => -Math.Log(sigma));
        scheduler.Begin(1, 1);
        float[] sample = [0.7f], noise = [0.3f];
        float start = sample[0];

        // The last of these is of the third order. In the singlestep form it begins where its group does, two steps before.
        const int Last = 5;
        int from = name.Contains("Singlestep", StringComparison.Ordinal) ? Last - 2 : Last;
        for (int i = 0; i <= Last; i++)
        {
            start = i == from ? sample[0] : start;
            scheduler.Step(i, [(float)Image(lambdas[i])], sample, noise);
        }

        Assert.Equal(Expected(lambdas[from], lambdas[Last + 1], start, noise[0], share), sample[0], 2e-5);
    }

    private static double Image(double lambda) => 0.2 + (0.3 * lambda) + (0.15 * lambda * lambda);

    private static double Expected(double from, double to, double sample, double noise, double share)
    {
        double h = to - from;
        (double alpha, double sigma) = Weights(to);

        // The integral over the step of 2 e^-2(to - lambda) times the image, by its tangent at the start and by the rest.
        double tangent = 0, bend = 0;
        for (int i = 0; i < Pieces; i++)
        {
            double x = (i + 0.5) * h / Pieces;
            double weight = 2 * Math.Exp(-2 * (h - x)) * h / Pieces;
            double line = Image(from) + ((0.3 + (0.3 * from)) * x);
            tangent += weight * line;
            bend += weight * (Image(from + x) - line);
        }

        double second = 0.3 * h * h;
        return (sigma / Weights(from).Sigma * Math.Exp(-h) * sample)
            + (alpha * (tangent + (share * (bend - second))))
            + (sigma * Math.Sqrt(1 - Math.Exp(-2 * h)) * noise);
    }

    private static (double Alpha, double Sigma) Weights(double lambda)
    {
        double alpha = 1 / Math.Sqrt(1 + Math.Exp(-2 * lambda));
        return (alpha, alpha * Math.Exp(-lambda));
    }
}
