namespace SdFleet.Diffusion.Schedulers;

/// <summary>A quantity that is a weighted sum of the sample and the model's output: every prediction type is one.</summary>
/// <param name="Sample">The weight of the noisy sample.</param>
/// <param name="Output">The weight of the model's output.</param>
internal readonly record struct SampleAndOutput(double Sample, double Output)
{
    public void Write(Span<float> destination, ReadOnlySpan<float> sample, ReadOnlySpan<float> output)
    {
        if (Sample == 0)
        {
            VectorMath.Scale(destination, Output, output);
        }
        else
        {
            VectorMath.Combine(destination, Sample, sample, Output, output);
        }
    }
}
