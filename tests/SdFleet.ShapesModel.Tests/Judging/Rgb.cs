using SdFleet.Diffusion.Imaging;

namespace SdFleet.ShapesModel.Tests.Judging;

/// <summary>A colour.</summary>
internal readonly record struct Rgb(double Red, double Green, double Blue)
{
    public static Rgb At(RgbImage image, int pixel)
    {
        var bytes = image.Pixels.Slice(pixel * RgbImage.Channels, RgbImage.Channels);
        return new(bytes[0], bytes[1], bytes[2]);
    }

    /// <summary>The median of each channel: a few strays do not move it.</summary>
    public static Rgb Median(IReadOnlyCollection<Rgb> colors) =>
        new(Middle(colors.Select(c => c.Red)), Middle(colors.Select(c => c.Green)), Middle(colors.Select(c => c.Blue)));

    public double DistanceTo(Rgb other)
    {
        var (red, green, blue) = (Red - other.Red, Green - other.Green, Blue - other.Blue);
        return Math.Sqrt((red * red) + (green * green) + (blue * blue));
    }

    private static double Middle(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}
