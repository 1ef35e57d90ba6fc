using SdFleet.Diffusion.Imaging;
using SdFleet.Diffusion.Onnx;

namespace SdFleet.Diffusion.Pipelines;

/// <summary>Makes images of finished latents.</summary>
internal sealed class LatentDecoder(VaeDecoder decoder, VaeConfig config)
{
    // 8-bit levels that a blank image's pixels may differ by.
    private const int BlankRange = 2;

    /// <summary>Decodes one image.</summary>
    /// <param name="latents">Its latents.</param>
    /// <param name="shape">Their shape.</param>
    /// <param name="scope">The generation this is part of.</param>
    /// <param name="defects">What is plainly wrong with it.</param>
    /// <param name="observe">Is given the decoder's values, three planes in -1 to 1, where it is given: for tests.</param>
    public RgbImage Decode(
        ReadOnlySpan<float> latents, LatentShape shape, RunScope scope, out ImageDefects defects, Action<float[]>? observe = null)
    {
        using OnnxResult result = decoder.Decode(latents, shape, (float)(1 / config.ScalingFactor), scope);
        RgbImage image = new(shape.Width * config.ScaleFactor, shape.Height * config.ScaleFactor);
        long[] expected = [1, RgbImage.Channels, image.Height, image.Width];
        if (!result.Shape.SequenceEqual(expected))
        {
            throw new ModelFormatException(
                decoder.File, $"an image of shape [{string.Join(',', expected)}]", $"one of shape [{string.Join(',', result.Shape)}]");
        }

        observe?.Invoke(result.Values.ToArray());
        bool numbers = ToPixels(result.Values, image.Pixels);
        defects = numbers ? ImageDefects.None : ImageDefects.NotANumber;
        defects |= IsBlank(image.Pixels) ? ImageDefects.Blank : ImageDefects.None;
        return image;
    }

    /// <summary>From planes in -1 to 1 to interleaved bytes, rounded half to even as in numpy. False where a value is no number.</summary>
    private static bool ToPixels(ReadOnlySpan<float> planes, Span<byte> pixels)
    {
        int plane = planes.Length / RgbImage.Channels;
        bool numbers = true;
        for (int channel = 0; channel < RgbImage.Channels; channel++)
        {
            ReadOnlySpan<float> values = planes.Slice(channel * plane, plane);
            for (int i = 0; i < values.Length; i++)
            {
                float value = Math.Clamp((values[i] / 2) + 0.5f, 0, 1);
                numbers &= !float.IsNaN(value);
                pixels[(i * RgbImage.Channels) + channel] = float.IsNaN(value) ? (byte)0 : (byte)MathF.Round(value * byte.MaxValue);
            }
        }

        return numbers;
    }

    private static bool IsBlank(ReadOnlySpan<byte> pixels)
    {
        for (int channel = 0; channel < RgbImage.Channels; channel++)
        {
            byte min = byte.MaxValue, max = byte.MinValue;
            for (int i = channel; i < pixels.Length; i += RgbImage.Channels)
            {
                min = Math.Min(min, pixels[i]);
                max = Math.Max(max, pixels[i]);
            }

            if (max - min > BlankRange)
            {
                return false;
            }
        }

        return true;
    }
}
