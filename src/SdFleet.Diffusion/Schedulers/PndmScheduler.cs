namespace SdFleet.Diffusion.Schedulers;

/// <summary>
/// PNDM: a linear multistep method of up to fourth order on the predicted noise, optionally warmed up by three Runge-Kutta steps
/// (arXiv:2202.09778; diffusers' <c>PNDMScheduler</c>).
/// </summary>
/// <remarks>
/// Without the warm-up (<c>skip_prk_steps</c>) the second call of a run repeats the first step with a better slope. That goes by the
/// number of the call, also where image-to-image begins in the middle and the second timestep is no repetition: diffusers does so.
/// </remarks>
public sealed class PndmScheduler : AlphaScheduler
{
    private const int MaxOrder = 4;

    private readonly bool _skipWarmUp;
    private readonly ModelOutputHistory _outputs = new();
    private int[] _warmUpTimesteps = [];
    private float[] _start = [];
    private float[] _slope = [];

    internal PndmScheduler(SchedulerConfig config, SchedulerCompatibility compatibility)
        : base(
            config,
            compatibility,
            BetaDefaults.Pixel,
            ZeroSnr.Ignored,
            FinalAlpha(config, oneByDefault: false),
            PredictionType.Epsilon,
            PredictionType.VPrediction)
    {
        _skipWarmUp = config.SkipPrkSteps ?? false;
    }

    private protected override double[] ArrangeTimesteps(int steps)
    {
        double[] spaced = SpacedTimesteps(steps);
        if (_skipWarmUp)
        {
            _warmUpTimesteps = [];
            return steps == 1 ? spaced : [spaced[0], spaced[1], .. spaced[1..]];
        }

        ConfigValue.InRange("with skip_prk_steps false, num_inference_steps", steps, MaxOrder, NoiseSchedule.Length);

        // Each Runge-Kutta step calls the model at its start, twice half-way, and at its end, which is where the next one starts.
        var warmUp = new List<double>();
        int half = NoiseSchedule.Length / steps / 2;
        for (int i = 0; i < MaxOrder - 1; i++)
        {
            double middle = spaced[i + 1] + half;
            warmUp.AddRange([spaced[i], middle, middle, spaced[i + 1]]);
        }

        _warmUpTimesteps = [.. warmUp.Select(t => (int)t)];
        return [.. warmUp, .. spaced[(MaxOrder - 1)..]];
    }

    private protected override void Reset(int batchLength, int valuesPerImage)
    {
        _outputs.Reset(MaxOrder, batchLength);
        EnsureLength(ref _start, batchLength);
        EnsureLength(ref _slope, batchLength);

        Array.Clear(_slope);
    }

    private protected override void Advance(int index, ReadOnlySpan<float> modelOutput, Span<float> sample, ReadOnlySpan<float> noise)
    {
        int call = index - FirstIndex;
        int timestep = Visited(index);
        if (call < _warmUpTimesteps.Length)
        {
            AdvanceRungeKutta(call, timestep, modelOutput, sample);
        }
        else
        {
            AdvanceMultistep(call, timestep, modelOutput, sample);
        }
    }

    /// <summary>One of the four calls of a classic Runge-Kutta step: each starts from the step's first sample.</summary>
    private void AdvanceRungeKutta(int call, int timestep, ReadOnlySpan<float> modelOutput, Span<float> sample)
    {
        int next = timestep - (call % 2 == 0 ? Stride / 2 : 0);
        int from = _warmUpTimesteps[call / 4 * 4];
        switch (call % 4)
        {
            case 0:
                modelOutput.CopyTo(_outputs.Push());
                VectorMath.AddScaled(_slope, 1.0 / 6, modelOutput);
                sample.CopyTo(_start);
                Transfer(from, next, sample, modelOutput, sample);
                break;

            case 1 or 2:
                VectorMath.AddScaled(_slope, 1.0 / 3, modelOutput);
                Transfer(from, next, _start, modelOutput, sample);
                break;

            default:
                VectorMath.AddScaled(_slope, 1.0 / 6, modelOutput);
                Transfer(from, next, _start, _slope, sample);
                Array.Clear(_slope);
                break;
        }
    }

    private void AdvanceMultistep(int call, int timestep, ReadOnlySpan<float> modelOutput, Span<float> sample)
    {
        if (call == 1)
        {
            // The repetition: back at the first sample, with the mean of both slopes. Its output does not enter the history.
            VectorMath.Combine(_slope, 0.5, modelOutput, 0.5, _outputs[0]);
            int from = Math.Min(timestep + Stride, NoiseSchedule.Length - 1);
            Transfer(from, timestep, _start, _slope, sample);
            return;
        }

        modelOutput.CopyTo(_outputs.Push());
        if (call == 0)
        {
            sample.CopyTo(_start);
        }

        CombineOutputs();
        Transfer(timestep, timestep - Stride, sample, _slope, sample);
    }

    /// <summary>The Adams-Bashforth slope of as many past outputs as there are.</summary>
    private void CombineOutputs()
    {
        switch (_outputs.Count)
        {
            case 1:
                _outputs[0].CopyTo(_slope);
                break;

            case 2:
                VectorMath.Combine(_slope, 3.0 / 2, _outputs[0], -1.0 / 2, _outputs[1]);
                break;

            case 3:
                VectorMath.Combine(_slope, 23.0 / 12, _outputs[0], -16.0 / 12, _outputs[1], 5.0 / 12, _outputs[2]);
                break;

            default:
                VectorMath.Combine(_slope, 55.0 / 24, _outputs[0], -59.0 / 24, _outputs[1], 37.0 / 24, _outputs[2]);
                VectorMath.AddScaled(_slope, -9.0 / 24, _outputs[3]);
                break;
        }
    }

    /// <summary>Moves a sample from one noise level to another along a slope: formula 9 of the paper.</summary>
    private void Transfer(int from, int to, ReadOnlySpan<float> start, ReadOnlySpan<float> slope, Span<float> destination)
    {
        double alpha = Alpha(from);
        double alphaNext = Alpha(to);
        SampleAndOutput noise = Prediction.VariancePreserving(PredictionType, alpha).Noise;

        double perNoise = (alpha - alphaNext) / (alpha * Math.Sqrt(1 - alphaNext) + Math.Sqrt(alpha * (1 - alpha) * alphaNext));
        VectorMath.Combine(
            destination, Math.Sqrt(alphaNext / alpha) + perNoise * noise.Sample, start, perNoise * noise.Output, slope);
    }
}
