using SdFleet.Diffusion.Schedulers;

namespace SdFleet.Diffusion.Pipelines;

/// <summary>Attention weights on encoded prompts, as AUTOMATIC1111's web UI applies them ("Original" emphasis).</summary>
internal static class PromptWeights
{
    /// <summary>
    /// Multiplies each vector by its weight, then all of them by one number, so that the mean over all values is what it was.
    /// </summary>
    /// <param name="values">The vectors of one chunk, one behind the other.</param>
    /// <param name="weights">A weight for each vector.</param>
    /// <param name="result">Receives the weighed vectors.</param>
    public static void Apply(ReadOnlySpan<float> values, IReadOnlyList<float> weights, Span<float> result)
    {
        int width = values.Length / weights.Count;
        for (int i = 0; i < weights.Count; i++)
        {
            VectorMath.Scale(result.Slice(i * width, width), weights[i], values.Slice(i * width, width));
        }

        // Sums in place of means: they are of as many values. Nothing can bring back a mean of nothing.
        double before = Sum(values), after = Sum(result);
        if (after != 0)
        {
            VectorMath.Scale(result, before / after, result);
        }
    }

    private static double Sum(ReadOnlySpan<float> values)
    {
        double sum = 0;
        foreach (float value in values)
        {
            sum += value;
        }

        return sum;
    }
}
