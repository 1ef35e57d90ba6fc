namespace SdFleet.Diffusion.Onnx;

/// <summary>Layer normalization (arXiv:1607.06450) of vectors, one behind the other.</summary>
/// <param name="scale">What each element is multiplied with when the vector has mean 0 and variance 1.</param>
/// <param name="shift">What is added then.</param>
/// <param name="epsilon">What is added to the variance.</param>
internal sealed class LayerNorm(float[] scale, float[] shift, double epsilon)
{
    /// <summary>The length of a vector.</summary>
    public int Width => scale.Length;

    /// <summary>Normalizes all vectors in place.</summary>
    public void Apply(Span<float> vectors)
    {
        for (int start = 0; start < vectors.Length; start += Width)
        {
            Span<float> vector = vectors.Slice(start, Width);
            double sum = 0, squares = 0;
            foreach (float value in vector)
            {
                sum += value;
            }

            double mean = sum / Width;
            foreach (float value in vector)
            {
                squares += (value - mean) * (value - mean);
            }

            double factor = 1 / Math.Sqrt((squares / Width) + epsilon);
            for (int i = 0; i < Width; i++)
            {
                vector[i] = (float)((((vector[i] - mean) * factor) * scale[i]) + shift[i]);
            }
        }
    }
}
