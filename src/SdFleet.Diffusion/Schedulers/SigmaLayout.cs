namespace SdFleet.Diffusion.Schedulers;

/// <summary>How the noise levels of a run lie between the largest and the smallest one.</summary>
internal enum SigmaLayout
{
    /// <summary>Where the timesteps are.</summary>
    Timesteps,

    /// <summary>As Karras et al. lay them out (arXiv:2206.00364), rho 7.</summary>
    Karras,

    /// <summary>Even in the logarithm.</summary>
    Exponential,

    /// <summary>At the quantiles of a beta distribution: more of them at both ends (arXiv:2407.12173).</summary>
    Beta,

    /// <summary>Even in log SNR (arXiv:2206.00927): as <see cref="Exponential"/>, but with rounded timesteps.</summary>
    Lu,

    /// <summary>Flow matching's: shares of noise, not noise over signal.</summary>
    Flow,
}
