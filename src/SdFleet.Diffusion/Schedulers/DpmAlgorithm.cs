using System.Text.Json.Serialization;

namespace SdFleet.Diffusion.Schedulers;

/// <summary>Which equation a high-order solver solves, in which terms.</summary>
public enum DpmAlgorithm
{
    /// <summary>The ODE, in terms of the predicted noise (arXiv:2206.00927).</summary>
    [JsonStringEnumMemberName("dpmsolver")]
    Noise,

    /// <summary>The ODE, in terms of the predicted clean sample (DPM-Solver++, arXiv:2211.01095).</summary>
    [JsonStringEnumMemberName("dpmsolver++")]
    Clean,

    /// <summary>The SDE, in terms of the predicted noise.</summary>
    [JsonStringEnumMemberName("sde-dpmsolver")]
    StochasticNoise,

    /// <summary>The SDE, in terms of the predicted clean sample (known as DPM++ 2M SDE).</summary>
    [JsonStringEnumMemberName("sde-dpmsolver++")]
    StochasticClean,

    /// <summary>DEIS (arXiv:2204.13902); DPM-Solver takes it for <see cref="Clean"/>, where a configuration came from there.</summary>
    [JsonStringEnumMemberName("deis")]
    Deis,
}
