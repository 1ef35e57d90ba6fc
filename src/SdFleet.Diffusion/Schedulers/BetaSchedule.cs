using System.Text.Json.Serialization;

namespace SdFleet.Diffusion.Schedulers;

/// <summary>How beta, the noise added at one training timestep, grows over the training timesteps.</summary>
public enum BetaSchedule
{
    /// <summary>Linear from first to last.</summary>
    [JsonStringEnumMemberName("linear")]
    Linear,

    /// <summary>Linear in the square root: the schedule of latent diffusion models.</summary>
    [JsonStringEnumMemberName("scaled_linear")]
    ScaledLinear,

    /// <summary>From a cosine-shaped cumulative alpha, each beta capped at 0.999 (arXiv:2102.09672).</summary>
    [JsonStringEnumMemberName("squaredcos_cap_v2")]
    SquaredCosCapV2,

    /// <summary>From an exponential cumulative alpha, each beta capped at 0.999.</summary>
    [JsonStringEnumMemberName("exp")]
    Exponential,

    /// <summary>A sigmoid between first and last (GeoDiff).</summary>
    [JsonStringEnumMemberName("sigmoid")]
    Sigmoid,
}
