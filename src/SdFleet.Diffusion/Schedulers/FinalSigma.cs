using System.Text.Json.Serialization;

namespace SdFleet.Diffusion.Schedulers;

/// <summary>Where the last step of DPM-Solver ends.</summary>
internal enum FinalSigma
{
    /// <summary>At no noise.</summary>
    [JsonStringEnumMemberName("zero")]
    Zero,

    /// <summary>At the noise of timestep 0.</summary>
    [JsonStringEnumMemberName("sigma_min")]
    SigmaMin,
}
