using SdFleet.Diffusion.Imaging;

namespace SdFleet.Diffusion.Tests.Imaging;

internal static class TestImages
{
    public static RgbImage Noise(int width, int height, int seed)
    {
        RgbImage image = new(width, height);
        new Random(seed).NextBytes(image.Pixels);
        return image;
    }

    public static RgbImage Plain(int width, int height, byte level)
    {
        RgbImage image = new(width, height);
        image.Pixels.Fill(level);
        return image;
    }
}
