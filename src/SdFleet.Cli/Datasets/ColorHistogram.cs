using SdFleet.Diffusion.Imaging;

namespace SdFleet.Cli.Datasets;

/// <summary>How often each level of red, green and blue occurs in pictures, and each hue among the pixels that have one.</summary>
internal sealed class ColorHistogram
{
    public const int Levels = 64;
    public const int Hues = 36;

    private const int LevelsPerBin = 256 / Levels;
    private const int DegreesPerHue = 360 / Hues;

    // Greys have no hue, and near them it is noise.
    private const int LeastChroma = 32;

    public long[] Red { get; } = new long[Levels];

    public long[] Green { get; } = new long[Levels];

    public long[] Blue { get; } = new long[Levels];

    public long[] Hue { get; } = new long[Hues];

    public void Add(RgbImage image)
    {
        var pixels = image.Pixels;
        for (var i = 0; i < pixels.Length; i += RgbImage.Channels)
        {
            var (r, g, b) = (pixels[i], pixels[i + 1], pixels[i + 2]);
            Red[r / LevelsPerBin]++;
            Green[g / LevelsPerBin]++;
            Blue[b / LevelsPerBin]++;
            var max = Math.Max(r, Math.Max(g, b));
            var chroma = max - Math.Min(r, Math.Min(g, b));
            if (chroma >= LeastChroma)
            {
                Hue[HueOf(r, g, b, max, chroma) / DegreesPerHue]++;
            }
        }
    }

    // Degrees, as HSV has them: red 0, green 120, blue 240.
    private static int HueOf(int r, int g, int b, int max, int chroma)
    {
        var sixth = max == r ? (double)(g - b) / chroma
            : max == g ? 2 + ((double)(b - r) / chroma)
            : 4 + ((double)(r - g) / chroma);
        return (int)(((sixth * 60) + 360) % 360);
    }
}
