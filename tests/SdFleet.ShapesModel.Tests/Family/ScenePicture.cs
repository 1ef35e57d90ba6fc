using SdFleet.Diffusion.Imaging;
using SdFleet.ShapesModel.Tests.Drawing;
using SdFleet.ShapesModel.Tests.Worlds;

namespace SdFleet.ShapesModel.Tests.Family;

/// <summary>What tests make of scenes.</summary>
internal static class ScenePicture
{
    private static readonly World World = World.Shapes128;

    /// <summary>So many scenes of any facts; the same each time.</summary>
    public static IReadOnlyList<Scene> Many(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => Scene.Any(World, random))];
    }

    /// <summary>The scene, drawn.</summary>
    public static RgbImage Draw(Scene scene) => scene.Draw(World).ToImage();

    /// <summary>How much of a pixel's middle the objects cover: true or false for each pixel.</summary>
    /// <param name="scene">The scene.</param>
    /// <param name="scale">What the objects' radius is multiplied with.</param>
    public static bool[] Covered(Scene scene, double scale = 1)
    {
        var figure = Figure.Of(scene.Facts.Shape, World.Geometry);
        var covered = new bool[World.ImageSize * World.ImageSize];
        for (var i = 0; i < covered.Length; i++)
        {
            var (x, y) = ((i % World.ImageSize) + 0.5, (i / World.ImageSize) + 0.5);
            var radius = scene.Radius * scale;
            covered[i] = scene.Centers.Any(center => figure.Contains((x - center.X) / radius, (y - center.Y) / radius));
        }

        return covered;
    }

    /// <summary>White in a box around every object, with a little to spare.</summary>
    public static GrayImage Box(Scene scene)
    {
        // The widest shape reaches a quarter beyond its nominal radius.
        var half = scene.Radius * 1.6;
        var mask = new GrayImage(World.ImageSize, World.ImageSize);
        for (var i = 0; i < mask.Pixels.Length; i++)
        {
            var (x, y) = ((i % World.ImageSize) + 0.5, (i / World.ImageSize) + 0.5);
            mask.Pixels[i] = (byte)(scene.Centers.Any(it => Math.Abs(x - it.X) < half && Math.Abs(y - it.Y) < half) ? 255 : 0);
        }

        return mask;
    }

    /// <summary>Objects of one height before a ground that comes a little nearer towards the lower edge.</summary>
    public static DepthMap Depth(Scene scene)
    {
        var values = new float[World.ImageSize * World.ImageSize];
        var covered = Covered(scene);
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = covered[i] ? 0.8f : 0.2f * (i / World.ImageSize) / World.ImageSize;
        }

        return new(World.ImageSize, World.ImageSize, values);
    }

    /// <summary>A quarter as wide and as high.</summary>
    public static RgbImage Small(RgbImage image) => ImageResize.Resize(image, image.Width / 4, image.Height / 4, ResizeFilter.Bicubic);

    /// <summary>Peak signal to noise in decibels over the pixels of which it holds.</summary>
    public static double SignalToNoise(RgbImage expected, RgbImage actual, Func<int, bool> where)
    {
        double sum = 0;
        var count = 0;
        for (var i = 0; i < expected.Pixels.Length; i++)
        {
            if (where(i / RgbImage.Channels))
            {
                double difference = expected.Pixels[i] - actual.Pixels[i];
                sum += difference * difference;
                count++;
            }
        }

        return 10 * Math.Log10(255.0 * 255 * count / sum);
    }
}
