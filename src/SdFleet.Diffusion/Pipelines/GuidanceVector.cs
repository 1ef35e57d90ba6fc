namespace SdFleet.Diffusion.Pipelines;

/// <summary>
/// A guidance scale as waves, for models that were distilled to be told it (arXiv:2310.04378, section 4.2; diffusers'
/// <c>get_guidance_scale_embedding</c>, whose float32 roundings this has).
/// </summary>
internal static class GuidanceVector
{
    private const float Scale = 1000, LongestWave = 10_000;

    /// <summary>The vector of a scale.</summary>
    /// <param name="guidanceScale">The scale, of which 1 means no guidance.</param>
    /// <param name="width">The length of the vector, 4 or more: sines, cosines, and a zero where it is odd.</param>
    public static float[] Of(double guidanceScale, int width)
    {
        float weight = (float)(guidanceScale - 1) * Scale;
        int half = width / 2;
        float step = -(MathF.Log(LongestWave) / (half - 1));
        float[] vector = new float[width];
        for (int i = 0; i < half; i++)
        {
            float angle = weight * MathF.Exp(i * step);
            vector[i] = MathF.Sin(angle);
            vector[half + i] = MathF.Cos(angle);
        }

        return vector;
    }
}
