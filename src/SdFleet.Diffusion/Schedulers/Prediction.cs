namespace SdFleet.Diffusion.Schedulers;

/// <summary>
/// Reads a model's output at one noise level: the clean sample and the noise it implies, where
/// sample = <paramref name="Alpha"/> clean + <paramref name="Sigma"/> noise.
/// </summary>
/// <param name="Type">What the model predicts. A flow's prediction is read so only where both weights add up to 1.</param>
/// <param name="Alpha">The weight of the clean sample in the noisy one.</param>
/// <param name="Sigma">The weight of the noise in the noisy sample.</param>
/// <param name="Velocity">Scales velocity where the model saw the sample divided by this; 1 where it saw the sample itself.</param>
internal readonly record struct Prediction(PredictionType Type, double Alpha, double Sigma, double Velocity = 1)
{
    /// <summary>The predicted clean sample.</summary>
    public SampleAndOutput Clean => Type switch
    {
        PredictionType.Epsilon => new(1 / Alpha, -Sigma / Alpha),
        PredictionType.Sample => new(0, 1),
        PredictionType.FlowPrediction => new(1, -Sigma),
        // v = a noise - s clean for unit variance; a sample of variance Velocity^2 was divided by Velocity first.
        _ => new(Alpha / (Velocity * Velocity), -Sigma / Velocity),
    };

    /// <summary>The predicted noise.</summary>
    public SampleAndOutput Noise => Type switch
    {
        PredictionType.Epsilon => new(0, 1),
        PredictionType.Sample => new(1 / Sigma, -Alpha / Sigma),
        PredictionType.FlowPrediction => new(1, Alpha),
        _ => new(Sigma / (Velocity * Velocity), Alpha / Velocity),
    };

    /// <summary>At a cumulative alpha, where sample and noise keep unit variance.</summary>
    public static Prediction VariancePreserving(PredictionType type, double alphaCumprod) =>
        new(type, Math.Sqrt(alphaCumprod), Math.Sqrt(1 - alphaCumprod));

    /// <summary>At a sigma, where noise is added to the unscaled clean sample, so that variance grows to 1 + sigma^2.</summary>
    public static Prediction VarianceExploding(PredictionType type, double sigma) => new(type, 1, sigma, Math.Sqrt(1 + sigma * sigma));
}
