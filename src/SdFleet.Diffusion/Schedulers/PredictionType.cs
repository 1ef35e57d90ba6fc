using System.Text.Json.Serialization;

namespace SdFleet.Diffusion.Schedulers;

/// <summary>What the model's output means.</summary>
public enum PredictionType
{
    /// <summary>The noise in the sample.</summary>
    [JsonStringEnumMemberName("epsilon")]
    Epsilon,

    /// <summary>The clean sample.</summary>
    [JsonStringEnumMemberName("sample")]
    Sample,

    /// <summary>The velocity, a mix of both (arXiv:2202.00512).</summary>
    [JsonStringEnumMemberName("v_prediction")]
    VPrediction,

    /// <summary>The noise less the clean sample: the direction of flow matching (arXiv:2210.02747). Goes with flow sigmas only.</summary>
    [JsonStringEnumMemberName("flow_prediction")]
    FlowPrediction,
}
