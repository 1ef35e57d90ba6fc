namespace SdFleet.Diffusion.Imaging;

/// <summary>Lays transparent pixels on a ground of one gray level.</summary>
internal static class AlphaComposite
{
    private const int InputChannels = RgbImage.Channels + 1;

    /// <param name="rgba">Red, green, blue and opacity of each pixel, not premultiplied.</param>
    /// <param name="background">The level of the ground, 0 to 255.</param>
    /// <param name="rgb">Receives the colors.</param>
    public static void Over(ReadOnlySpan<byte> rgba, byte background, Span<byte> rgb)
    {
        for (int i = 0, o = 0; o < rgb.Length; i += InputChannels, o += RgbImage.Channels)
        {
            int alpha = rgba[i + RgbImage.Channels];
            int ground = background * (byte.MaxValue - alpha);
            for (int channel = 0; channel < RgbImage.Channels; channel++)
            {
                rgb[o + channel] = (byte)(((rgba[i + channel] * alpha) + ground + (byte.MaxValue / 2)) / byte.MaxValue);
            }
        }
    }
}
