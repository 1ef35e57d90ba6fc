namespace SdFleet.Diffusion.Schedulers;

/// <summary>The three ways to choose timesteps, with the roundings that each family of schedulers has in diffusers.</summary>
internal static class Spacing
{
    /// <summary>DDIM, DDPM and PNDM: whole timesteps, falling.</summary>
    public static double[] Whole(TimestepSpacing spacing, int trainTimesteps, int steps, int offset) => spacing switch
    {
        TimestepSpacing.Linspace => RoundAll(Linspace(0, trainTimesteps - 1, steps, falling: true)),
        TimestepSpacing.Leading => Leading(trainTimesteps / steps, steps, offset),
        _ => Trailing(trainTimesteps, trainTimesteps, steps),
    };

    /// <summary>Euler, LMS, Heun and KDPM2: the same, yet linspace stays fractional, in float32.</summary>
    public static double[] Fractional(TimestepSpacing spacing, int trainTimesteps, int steps, int offset) => spacing switch
    {
        TimestepSpacing.Linspace => Array.ConvertAll(Linspace(0, trainTimesteps - 1, steps, falling: true), t => (double)(float)t),
        TimestepSpacing.Leading => Leading(trainTimesteps / steps, steps, offset),
        _ => Trailing(trainTimesteps, trainTimesteps, steps),
    };

    /// <summary>DPM-Solver, DEIS and UniPC: whole timesteps that stop one stride short of 0, where the solver's last step ends.</summary>
    /// <param name="spacing">Which way.</param>
    /// <param name="trainTimesteps">The number of training timesteps.</param>
    /// <param name="lastTimestep">The number of them that may be visited; fewer where the noisiest are clipped.</param>
    /// <param name="steps">How many timesteps to choose.</param>
    /// <param name="offset">Added where the spacing is leading.</param>
    public static double[] Solver(TimestepSpacing spacing, int trainTimesteps, int lastTimestep, int steps, int offset) => spacing switch
    {
        TimestepSpacing.Linspace => RoundAll(Linspace(0, lastTimestep - 1, steps + 1, falling: true))[..steps],
        TimestepSpacing.Leading => Leading(lastTimestep / (steps + 1), steps + 1, offset)[..steps],
        _ => Trailing(trainTimesteps, lastTimestep, steps),
    };

    /// <summary>numpy.linspace, optionally from the end to the start.</summary>
    public static double[] Linspace(double start, double end, int count, bool falling = false)
    {
        double step = count > 1 ? (end - start) / (count - 1) : 0;
        double[] values = new double[count];
        for (int i = 0; i < count; i++)
        {
            // numpy stores the end itself, not what the steps add up to.
            values[falling ? count - 1 - i : i] = i == count - 1 && count > 1 ? end : start + i * step;
        }

        return values;
    }

    private static double[] Leading(int stride, int steps, int offset)
    {
        double[] values = new double[steps];
        for (int i = 0; i < steps; i++)
        {
            values[i] = (steps - 1 - i) * stride + offset;
        }

        return values;
    }

    private static double[] Trailing(int trainTimesteps, int lastTimestep, int steps)
    {
        double stride = (double)trainTimesteps / steps;

        // numpy.arange(last, 0, -stride) goes in steps of the difference between its first two values. That is the stride but for a
        // rounding, which decides where a timestep falls half-way between two whole ones.
        double step = lastTimestep - (lastTimestep - stride);

        // Its length is rounded up, which may be one more than asked where the division is inexact.
        int count = Math.Min(steps, (int)Math.Ceiling(lastTimestep / stride));
        double[] values = new double[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = Math.Round(lastTimestep - i * step, MidpointRounding.ToEven) - 1;
        }

        return values;
    }

    private static double[] RoundAll(double[] values) => Array.ConvertAll(values, t => Math.Round(t, MidpointRounding.ToEven));
}
