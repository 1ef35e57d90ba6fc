using SdFleet.Diffusion.Imaging;
using SdFleet.Diffusion.Onnx;

namespace SdFleet.Diffusion.Pipelines;

/// <summary>Makes latents of images.</summary>
internal sealed class LatentEncoder(VaeEncoder encoder, VaeConfig config)
{
    // The autoencoder's own bounds for the logarithm of a variance.
    private const float MinLogVariance = -30, MaxLogVariance = 20;

    /// <summary>Encodes the images of a batch.</summary>
    /// <param name="images">One image each.</param>
    /// <param name="erased">A mask for each image, whose white is encoded as gray; null for the images as they are.</param>
    /// <param name="shape">The shape of one image's latents.</param>
    /// <param name="noise">Drawn from once, where the encoder leaves a choice of latents; null to take the most likely ones.</param>
    /// <param name="latents">Receives the latents, scaled as the U-Net takes them, one image behind the other.</param>
    /// <param name="scope">The generation this is part of.</param>
    /// <param name="observe">Is given what the encoder gives for each image, where it is given: for tests.</param>
    /// <returns>Whether noise was drawn.</returns>
    public bool Encode(
        IReadOnlyList<RgbImage> images,
        IReadOnlyList<GrayImage>? erased,
        LatentShape shape,
        BatchNoise? noise,
        Span<float> latents,
        RunScope scope,
        Action<float[]>? observe = null)
    {
        float[]? choice = null;
        for (int i = 0; i < images.Count; i++)
        {
            using OnnxResult result = encoder.Encode(images[i], erased?[i], scope, last: i + 1 == images.Count);
            observe?.Invoke(result.Values.ToArray());
            Span<float> destination = latents.Slice(i * shape.Length, shape.Length);
            bool distribution = IsDistribution(result.Shape, shape);
            result.Values[..shape.Length].CopyTo(destination);
            if (distribution && noise is not null)
            {
                if (choice is null)
                {
                    choice = new float[latents.Length];
                    noise.Draw(choice);
                }

                AddNoise(destination, result.Values[shape.Length..], choice.AsSpan(i * shape.Length, shape.Length));
            }
        }

        Schedulers.VectorMath.Scale(latents, config.ScalingFactor, latents);
        return choice is not null;
    }

    private static void AddNoise(Span<float> means, ReadOnlySpan<float> logVariances, ReadOnlySpan<float> noise)
    {
        for (int i = 0; i < means.Length; i++)
        {
            float deviation = MathF.Exp(0.5f * Math.Clamp(logVariances[i], MinLogVariance, MaxLogVariance));
            means[i] += deviation * noise[i];
        }
    }

    private bool IsDistribution(IReadOnlyList<long> found, LatentShape shape)
    {
        long[] one = shape.ToBatch(1);
        long[] two = (shape with { Channels = 2 * shape.Channels }).ToBatch(1);
        return found.SequenceEqual(two) || (found.SequenceEqual(one)
            ? false
            : throw new ModelFormatException(
                encoder.File, $"latents of shape [{string.Join(',', one)}] or [{string.Join(',', two)}]", $"[{string.Join(',', found)}]"));
    }
}
