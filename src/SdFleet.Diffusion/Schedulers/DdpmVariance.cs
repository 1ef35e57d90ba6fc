using System.Text.Json.Serialization;

namespace SdFleet.Diffusion.Schedulers;

/// <summary>How much noise DDPM adds in a step.</summary>
internal enum DdpmVariance
{
    /// <summary>The posterior's variance.</summary>
    [JsonStringEnumMemberName("fixed_small")]
    FixedSmall,

    /// <summary>The same, computed by way of its logarithm.</summary>
    [JsonStringEnumMemberName("fixed_small_log")]
    FixedSmallLog,

    /// <summary>Beta.</summary>
    [JsonStringEnumMemberName("fixed_large")]
    FixedLarge,
}
