using SdFleet.Diffusion.Imaging;

namespace SdFleet.Diffusion.Scoring;

/// <summary>Tells images that show nothing.</summary>
public static class BlankCheck
{
    // 8-bit levels that a blank image's pixels may differ by.
    private const int Range = 2;

    /// <summary>Whether all pixels have almost the same color: in each channel, no two differ by more than 2 of 255 levels.</summary>
    public static bool IsBlank(RgbImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        ReadOnlySpan<byte> pixels = image.Pixels;
        for (int channel = 0; channel < RgbImage.Channels; channel++)
        {
            byte min = byte.MaxValue, max = byte.MinValue;
            for (int i = channel; i < pixels.Length; i += RgbImage.Channels)
            {
                min = Math.Min(min, pixels[i]);
                max = Math.Max(max, pixels[i]);
            }

            if (max - min > Range)
            {
                return false;
            }
        }

        return true;
    }
}
