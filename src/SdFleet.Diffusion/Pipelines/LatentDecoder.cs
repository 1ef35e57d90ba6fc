using SdFleet.Diffusion.Imaging;
using SdFleet.Diffusion.Onnx;
using SdFleet.Diffusion.Scoring;

namespace SdFleet.Diffusion.Pipelines;

/// <summary>Makes images of finished latents.</summary>
/// <param name="decoder">The model's decoder.</param>
/// <param name="config">What the autoencoder does to sizes and values.</param>
/// <param name="float32">Loads the decoder that is asked where the usual one gives no numbers; null where the model has none.</param>
internal sealed class LatentDecoder(VaeDecoder decoder, VaeConfig config, Lazy<VaeDecoder?> float32)
{
    // Far beyond what a model that works gives: see ImageDefects.Overflow.
    private const float LatentLimit = 1000, ColorLimit = 10;

    /// <summary>Decodes one image, twice where half precision was not enough.</summary>
    /// <param name="latents">Its latents.</param>
    /// <param name="shape">Their shape.</param>
    /// <param name="scope">The generation this is part of.</param>
    /// <param name="observe">Is given the decoder's values, three planes in -1 to 1, where it is given: for tests.</param>
    /// <param name="last">Whether no other image of the batch comes, for which the decoder keeps its memory.</param>
    public DecodedImage Decode(
        ReadOnlySpan<float> latents, LatentShape shape, RunScope scope, Action<float[]>? observe = null, bool last = true)
    {
        ImageDefects latentDefects = Judge(latents, LatentLimit, ImageDefects.LatentsNotANumber);
        DecodedImage first = Decode(decoder, latents, shape, scope, observe, last);

        // A decoder that is given no numbers can give none, however precise.
        bool again = first.Defects.HasFlag(ImageDefects.NotANumber)
            && !latentDefects.HasFlag(ImageDefects.LatentsNotANumber)
            && float32.Value is not null;

        // Asked so seldom that its memory is not worth keeping.
        DecodedImage decoded = again ? Decode(float32.Value!, latents, shape, scope, observe, last: true) : first;
        return decoded with { Defects = decoded.Defects | latentDefects, Again = again };
    }

    private DecodedImage Decode(
        VaeDecoder network, ReadOnlySpan<float> latents, LatentShape shape, RunScope scope, Action<float[]>? observe, bool last)
    {
        using OnnxResult result = network.Decode(latents, shape, (float)(1 / config.ScalingFactor), scope, last);
        RgbImage image = new(shape.Width * config.ScaleFactor, shape.Height * config.ScaleFactor);
        long[] expected = [1, RgbImage.Channels, image.Height, image.Width];
        if (!result.Shape.SequenceEqual(expected))
        {
            throw new ModelFormatException(
                network.File, $"an image of shape [{string.Join(',', expected)}]", $"one of shape [{string.Join(',', result.Shape)}]");
        }

        observe?.Invoke(result.Values.ToArray());
        ToPixels(result.Values, image.Pixels);
        ImageDefects defects = Judge(result.Values, ColorLimit, ImageDefects.NotANumber);
        defects |= BlankCheck.IsBlank(image) ? ImageDefects.Blank : ImageDefects.None;
        return new(image, defects, Again: false);
    }

    /// <summary>Finds what is no finite number, or far too large.</summary>
    private static ImageDefects Judge(ReadOnlySpan<float> values, float limit, ImageDefects notANumber)
    {
        ImageDefects defects = ImageDefects.None;
        foreach (float value in values)
        {
            // Written so that it is also true for NaN; almost no value comes further.
            if (!(MathF.Abs(value) <= limit))
            {
                defects |= float.IsFinite(value) ? ImageDefects.Overflow : notANumber;
            }
        }

        return defects;
    }

    /// <summary>From planes in -1 to 1 to interleaved bytes, rounded half to even as in numpy.</summary>
    private static void ToPixels(ReadOnlySpan<float> planes, Span<byte> pixels)
    {
        int plane = planes.Length / RgbImage.Channels;
        for (int channel = 0; channel < RgbImage.Channels; channel++)
        {
            ReadOnlySpan<float> values = planes.Slice(channel * plane, plane);
            for (int i = 0; i < values.Length; i++)
            {
                float value = Math.Clamp((values[i] / 2) + 0.5f, 0, 1);
                pixels[(i * RgbImage.Channels) + channel] = float.IsNaN(value) ? (byte)0 : (byte)MathF.Round(value * byte.MaxValue);
            }
        }
    }
}
