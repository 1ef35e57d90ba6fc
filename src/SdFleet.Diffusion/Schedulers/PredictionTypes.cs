namespace SdFleet.Diffusion.Schedulers;

/// <summary>Sets of <see cref="PredictionType"/>.</summary>
internal static class PredictionTypes
{
    /// <summary>All that a model of diffusion may predict: not flow matching's.</summary>
    public static ReadOnlySpan<PredictionType> Diffusion =>
        [PredictionType.Epsilon, PredictionType.Sample, PredictionType.VPrediction];
}
