namespace SdFleet.Diffusion.Schedulers;

/// <summary>Reads and computes <see cref="SigmaLayout"/>.</summary>
internal static class SigmaLayouts
{
    // Both parameters of the beta distribution that diffusers takes, which offers no others.
    private const double BetaShape = 0.6;

    /// <summary>What a configuration asks for. The older generation knows Karras' layout only, and ignores the others.</summary>
    /// <exception cref="ArgumentException">It asks for several.</exception>
    public static SigmaLayout Read(SchedulerConfig config, SchedulerCompatibility compatibility)
    {
        bool current = compatibility == SchedulerCompatibility.Current;
        (string Field, SigmaLayout Layout, bool? IsOn)[] known =
        [
            ("use_karras_sigmas", SigmaLayout.Karras, config.UseKarrasSigmas),
            ("use_exponential_sigmas", SigmaLayout.Exponential, current && config.UseExponentialSigmas == true),
            ("use_beta_sigmas", SigmaLayout.Beta, current && config.UseBetaSigmas == true),
        ];
        (string Field, SigmaLayout Layout, bool? IsOn)[] wanted = [.. known.Where(layout => layout.IsOn == true)];
        return wanted.Length switch
        {
            0 => SigmaLayout.Timesteps,
            1 => wanted[0].Layout,
            _ => throw new ArgumentException(
                $"{string.Join(" and ", wanted.Select(w => w.Field))} true at once is not supported. Supported: one of them."),
        };
    }

    /// <summary>Noise levels between two bounds, falling, both of them included where there are at least two.</summary>
    /// <exception cref="ArgumentException">The layout follows the timesteps, and not bounds.</exception>
    public static double[] Between(SigmaLayout layout, double max, double min, int count) => layout switch
    {
        SigmaLayout.Karras => SigmaSchedule.Karras(max, min, count),
        SigmaLayout.Exponential => SigmaSchedule.LogLinear(max, min, count),
        SigmaLayout.Beta => Array.ConvertAll(
            Spacing.Linspace(0, 1, count), share => min + BetaQuantile.Symmetric(BetaShape, 1 - share) * (max - min)),
        _ => throw new ArgumentException($"{layout} has no bounds.", nameof(layout)),
    };
}
