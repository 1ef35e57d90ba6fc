namespace SdFleet.Diffusion.Schedulers;

/// <summary>
/// Heun's method: a step along the mean of the slopes at its start and at its end (arXiv:2206.00364, algorithm 1; diffusers'
/// <c>HeunDiscreteScheduler</c>).
/// </summary>
public sealed class HeunDiscreteScheduler : TwoStageScheduler
{
    private readonly CleanSampleLimit _limit;
    private float[] _firstSlope = [];

    internal HeunDiscreteScheduler(SchedulerConfig config, SchedulerCompatibility compatibility)
        : base(config, compatibility, SigmaLayouts.Read(config, compatibility)) =>
        _limit = new CleanSampleLimit(config, clipByDefault: false, canThreshold: false);

    private protected override double SecondSigma(int step) => Sigmas[step + 1];

    private protected override double SecondTimestep(int step, double next) => next;

    private protected override void Reset(int batchLength, int valuesPerImage)
    {
        base.Reset(batchLength, valuesPerImage);
        EnsureLength(ref _firstSlope, batchLength);
    }

    private protected override void KeepFirstSlope() => StageSlope.CopyTo(_firstSlope);

    private protected override void WriteSlope(double sigma, ReadOnlySpan<float> sample, ReadOnlySpan<float> modelOutput)
    {
        if (!_limit.IsActive)
        {
            base.WriteSlope(sigma, sample, modelOutput);
            return;
        }

        Prediction.VarianceExploding(PredictionType, sigma).Clean.Write(StageSlope, sample, modelOutput);
        _limit.Apply(StageSlope);
        VectorMath.Combine(StageSlope, 1 / sigma, sample, -1 / sigma, StageSlope);
    }

    private protected override void Finish(int step, Span<float> sample, ReadOnlySpan<float> noise)
    {
        double half = (Sigmas[step + 1] - Sigmas[step]) / 2;
        VectorMath.Combine(sample, 1, Start, half, _firstSlope, half, StageSlope);
    }
}
