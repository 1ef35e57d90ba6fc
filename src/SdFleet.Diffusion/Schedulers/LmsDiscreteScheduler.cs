namespace SdFleet.Diffusion.Schedulers;

/// <summary>
/// Linear multistep: integrates the polynomial through the last slopes (k-diffusion's <c>sample_lms</c>; diffusers'
/// <c>LMSDiscreteScheduler</c>).
/// </summary>
public sealed class LmsDiscreteScheduler : SigmaScheduler
{
    // Gauss-Legendre with n points is exact to degree 2n - 1; the default order's polynomials have degree 3.
    private static readonly double[] Nodes =
    [
        -0.9602898564975363, -0.7966664774136267, -0.5255324099163290, -0.1834346424956498,
        0.1834346424956498, 0.5255324099163290, 0.7966664774136267, 0.9602898564975363,
    ];

    private static readonly double[] Weights =
    [
        0.1012285362903763, 0.2223810344533745, 0.3137066458778873, 0.3626837833783620,
        0.3626837833783620, 0.3137066458778873, 0.2223810344533745, 0.1012285362903763,
    ];

    private readonly ModelOutputHistory _slopes = new();

    internal LmsDiscreteScheduler(SchedulerConfig config, SchedulerCompatibility compatibility)
        : base(config, compatibility, BetaDefaults.Pixel, ZeroSnr.Ignored, SigmaLayouts.Read(config, compatibility))
    {
    }

    private protected override void Reset(int batchLength, int valuesPerImage) => _slopes.Reset(Options.LmsOrder, batchLength);

    private protected override void Advance(int index, ReadOnlySpan<float> modelOutput, Span<float> sample, ReadOnlySpan<float> noise)
    {
        Slope(Sigmas[index]).Write(_slopes.Push(), sample, modelOutput);

        // The order goes by the place in the schedule, also where image-to-image began there and fewer slopes are known: the polynomial
        // then has the missing ones left out, not its degree lowered. So diffusers computes.
        int order = Math.Min(index + 1, Options.LmsOrder);
        for (int age = 0; age < Math.Min(order, _slopes.Count); age++)
        {
            VectorMath.AddScaled(sample, Coefficient(index, order, age), _slopes[age]);
        }
    }

    /// <summary>The integral over the step of the Lagrange polynomial that is 1 at the sigma <paramref name="age"/> steps ago.</summary>
    private double Coefficient(int index, int order, int age)
    {
        double middle = (Sigmas[index] + Sigmas[index + 1]) / 2;
        double half = (Sigmas[index + 1] - Sigmas[index]) / 2;
        double sum = 0;
        for (int node = 0; node < Nodes.Length; node++)
        {
            double sigma = middle + half * Nodes[node];
            double product = 1;
            for (int other = 0; other < order; other++)
            {
                if (other != age)
                {
                    product *= (sigma - Sigmas[index - other]) / (Sigmas[index - age] - Sigmas[index - other]);
                }
            }

            sum += Weights[node] * product;
        }

        return sum * half;
    }
}
