namespace SdFleet.Diffusion.Schedulers;

/// <summary>The betas that a scheduler class takes where its configuration names none.</summary>
internal readonly record struct BetaDefaults(double Start, double End, BetaSchedule Schedule)
{
    /// <summary>The first pixel-space models: most classes' default.</summary>
    public static BetaDefaults Pixel => new(0.0001, 0.02, BetaSchedule.Linear);

    /// <summary>Stable Diffusion's range, yet linear: the default of Heun and KDPM2.</summary>
    public static BetaDefaults LinearLatent => new(0.00085, 0.012, BetaSchedule.Linear);

    /// <summary>Stable Diffusion's betas: the default of LCM.</summary>
    public static BetaDefaults Latent => new(0.00085, 0.012, BetaSchedule.ScaledLinear);
}
