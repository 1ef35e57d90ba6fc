namespace SdFleet.Diffusion.Imaging.Tests;

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

    /// <summary>Colors from a formula that other languages have too: byte i is (7i² + 13i) mod 251.</summary>
    public static RgbImage Formula(int width, int height)
    {
        RgbImage image = new(width, height);
        for (long i = 0; i < image.Pixels.Length; i++)
        {
            image.Pixels[(int)i] = (byte)(((i * i * 7) + (i * 13)) % 251);
        }

        return image;
    }
}
