namespace SdFleet.Diffusion.Schedulers;

/// <summary>Reads and computes <see cref="SigmaLayout"/>.</summary>
internal static class SigmaLayouts
{
    // Both parameters of the beta distribution that diffusers takes, which offers no others.
    private const double BetaShape = 0.6;

    /// <summary>What a configuration asks for. The older generation knows Karras' layout only, and ignores the others.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="compatibility">The generation to compute like.</param>
    /// <param name="knowsFlow">Whether the class has flow sigmas; others ignore the option.</param>
    /// <param name="knowsLu">Whether the class has Lu's layout; others ignore the option.</param>
    /// <exception cref="ArgumentException">It asks for several.</exception>
    public static SigmaLayout Read(
        SchedulerConfig config, SchedulerCompatibility compatibility, bool knowsFlow = false, bool knowsLu = false)
    {
        bool current = compatibility == SchedulerCompatibility.Current;
        (string Field, SigmaLayout Layout, bool? IsOn)[] known =
        [
            ("use_karras_sigmas", SigmaLayout.Karras, config.UseKarrasSigmas),
            ("use_exponential_sigmas", SigmaLayout.Exponential, current && config.UseExponentialSigmas == true),
            ("use_beta_sigmas", SigmaLayout.Beta, current && config.UseBetaSigmas == true),
            ("use_flow_sigmas", SigmaLayout.Flow, current && knowsFlow && config.UseFlowSigmas == true),
        ];
        (string Field, SigmaLayout Layout, bool? IsOn)[] wanted = [.. known.Where(layout => layout.IsOn == true)];
        SigmaLayout layout = wanted.Length switch
        {
            0 => SigmaLayout.Timesteps,
            1 => wanted[0].Layout,
            _ => throw Several(wanted.Select(w => w.Field)),
        };
        if (!(current && knowsLu && config.UseLuLambdas == true))
        {
            return layout;
        }

        // diffusers looks for Karras' layout first, then for Lu's, and then for the others.
        return layout switch
        {
            SigmaLayout.Karras => layout,
            SigmaLayout.Flow => throw Several(["use_flow_sigmas", "use_lu_lambdas"]),
            _ => SigmaLayout.Lu,
        };
    }

    /// <summary>Noise levels between two bounds, falling, both of them included where there are at least two.</summary>
    /// <exception cref="ArgumentException">The layout follows the timesteps, and not bounds.</exception>
    public static double[] Between(SigmaLayout layout, double max, double min, int count) => layout switch
    {
        SigmaLayout.Karras => SigmaSchedule.Karras(max, min, count),
        SigmaLayout.Exponential or SigmaLayout.Lu => SigmaSchedule.LogLinear(max, min, count),
        SigmaLayout.Beta => Array.ConvertAll(
            Spacing.Linspace(0, 1, count), share => min + BetaQuantile.Symmetric(BetaShape, 1 - share) * (max - min)),
        _ => throw new ArgumentException($"{layout} has no bounds.", nameof(layout)),
    };

    private static ArgumentException Several(IEnumerable<string> fields) =>
        new($"{string.Join(" and ", fields)} true at once is not supported. Supported: one of them.");
}
