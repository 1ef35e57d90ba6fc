namespace SdFleet.Diffusion.Schedulers;

/// <summary>What a scheduler class makes of <c>rescale_betas_zero_snr</c>.</summary>
internal enum ZeroSnr
{
    /// <summary>It does not know the option.</summary>
    Ignored,

    /// <summary>The last alpha becomes 0.</summary>
    Exact,

    /// <summary>The last alpha becomes almost 0, so that sigma stays finite.</summary>
    Floored,
}
