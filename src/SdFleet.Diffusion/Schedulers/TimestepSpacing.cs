using System.Text.Json.Serialization;

namespace SdFleet.Diffusion.Schedulers;

/// <summary>Which of the training timesteps a run with few steps visits (table 2 of arXiv:2305.08891).</summary>
public enum TimestepSpacing
{
    /// <summary>Evenly, both ends included.</summary>
    [JsonStringEnumMemberName("linspace")]
    Linspace,

    /// <summary>Whole strides counted from timestep 0: the noisiest levels are left out.</summary>
    [JsonStringEnumMemberName("leading")]
    Leading,

    /// <summary>Strides counted back from the last timestep.</summary>
    [JsonStringEnumMemberName("trailing")]
    Trailing,
}
