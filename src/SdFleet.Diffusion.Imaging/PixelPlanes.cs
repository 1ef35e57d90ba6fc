namespace SdFleet.Diffusion.Imaging;

/// <summary>Images as networks take them: a plane a channel, values in -1 to 1.</summary>
internal static class PixelPlanes
{
    /// <summary>Writes an image's planes, one behind the other.</summary>
    public static void Write(RgbImage image, Span<float> planes)
    {
        ReadOnlySpan<byte> pixels = image.Pixels;
        int plane = pixels.Length / RgbImage.Channels;
        for (int i = 0; i < pixels.Length; i++)
        {
            planes[(i % RgbImage.Channels * plane) + (i / RgbImage.Channels)] = (pixels[i] / (float)byte.MaxValue * 2) - 1;
        }
    }

    /// <summary>Sets what is white in a mask to 0, a gray that no image of 8 bits has.</summary>
    public static void Erase(GrayImage mask, Span<float> planes)
    {
        ReadOnlySpan<byte> levels = mask.Pixels;
        for (int i = 0; i < levels.Length; i++)
        {
            if (levels[i] >= GrayImage.White)
            {
                for (int channel = 0; channel < RgbImage.Channels; channel++)
                {
                    planes[(channel * levels.Length) + i] = 0;
                }
            }
        }
    }
}
