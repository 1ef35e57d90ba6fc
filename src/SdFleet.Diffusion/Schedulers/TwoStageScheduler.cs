namespace SdFleet.Diffusion.Schedulers;

/// <summary>
/// What Heun's and the DPM2 methods share, which call the model twice a step: at the step's start, and where the first slope leads. The
/// last step, to sigma 0, has the first stage only.
/// </summary>
public abstract class TwoStageScheduler : SigmaScheduler
{
    private double[] _secondSigmas = [];
    private float[] _start = [];
    private float[] _stageSlope = [];

    private protected TwoStageScheduler(SchedulerConfig config, SchedulerCompatibility compatibility, SigmaLayout layout)
        : base(config, compatibility, BetaDefaults.LinearLatent, ZeroSnr.Ignored, layout)
    {
    }

    /// <inheritdoc/>
    public sealed override int Order => 2;

    /// <summary>The sample at the start of the step.</summary>
    private protected ReadOnlySpan<float> Start => _start;

    /// <summary>The slope of the last stage.</summary>
    private protected Span<float> StageSlope => _stageSlope;

    /// <summary>The noise level of a step's second stage.</summary>
    private protected abstract double SecondSigma(int step);

    /// <summary>The timestep of a step's second stage.</summary>
    /// <param name="step">The step.</param>
    /// <param name="next">The timestep of the next step.</param>
    private protected abstract double SecondTimestep(int step, double next);

    /// <summary>The second stage: from the step's start to the next noise level. Its slope is in <see cref="StageSlope"/>.</summary>
    private protected abstract void Finish(int step, Span<float> sample, ReadOnlySpan<float> noise);

    /// <summary>Keeps what <see cref="Finish"/> needs of the first stage, before <see cref="StageSlope"/> is overwritten.</summary>
    private protected virtual void KeepFirstSlope()
    {
    }

    /// <summary>Writes the slope at a noise level to <see cref="StageSlope"/>.</summary>
    private protected virtual void WriteSlope(double sigma, ReadOnlySpan<float> sample, ReadOnlySpan<float> modelOutput) =>
        Slope(sigma).Write(StageSlope, sample, modelOutput);

    private protected sealed override double[] ArrangeTimesteps(double[] timesteps)
    {
        _secondSigmas = new double[timesteps.Length];
        double[] arranged = new double[2 * timesteps.Length - 1];
        for (int step = 0; step < timesteps.Length; step++)
        {
            arranged[2 * step] = timesteps[step];
            if (step + 1 < timesteps.Length)
            {
                _secondSigmas[step] = SecondSigma(step);
                arranged[2 * step + 1] = SecondTimestep(step, timesteps[step + 1]);
            }
        }

        return arranged;
    }

    private protected override void Reset(int batchLength, int valuesPerImage)
    {
        EnsureLength(ref _start, batchLength);
        EnsureLength(ref _stageSlope, batchLength);
    }

    private protected sealed override double SigmaAt(int index) => index % 2 == 0 ? Sigmas[index / 2] : _secondSigmas[index / 2];

    // Noising an image at a second stage is to the level that the stage leads to.
    private protected sealed override double NoisingSigmaAt(int index) => Sigmas[(index + 1) / 2];

    private protected sealed override void Advance(
        int index, ReadOnlySpan<float> modelOutput, Span<float> sample, ReadOnlySpan<float> noise)
    {
        int step = index / 2;
        WriteSlope(SigmaAt(index), sample, modelOutput);
        if (index % 2 == 0)
        {
            KeepFirstSlope();
            sample.CopyTo(_start);
            VectorMath.AddScaled(sample, _secondSigmas[step] - Sigmas[step], StageSlope);
        }
        else
        {
            Finish(step, sample, noise);
        }
    }
}
