namespace SdFleet.Diffusion.Schedulers;

/// <summary>Which generation of diffusers a scheduler computes like, where generations differ.</summary>
/// <remarks>
/// They differ in DPM-Solver (where the last step ends; exact or rounded Karras noise levels), DEIS and UniPC (Karras) and LCM
/// (timesteps; noise after the last step). The other schedulers compute the same in both.
/// </remarks>
public enum SchedulerCompatibility
{
    /// <summary>As diffusers 0.27, and what is in use today.</summary>
    Current,

    /// <summary>As diffusers 0.21 (LCM: 0.22, which introduced it), to make older images again.</summary>
    V021,
}
