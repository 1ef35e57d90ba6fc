using SdFleet.Diffusion.Adapters;
using SdFleet.Diffusion.Imaging;
using SdFleet.ShapesModel.Tests.Judging;
using SdFleet.ShapesModel.Tests.Worlds;
using Xunit.Abstractions;

namespace SdFleet.ShapesModel.Tests.Family;

/// <summary>Whether the LoRA gives the base model its style.</summary>
public sealed class LoraTests(ITestOutputHelper output)
{
    private const int Count = 32;

    private static readonly Facts[] Asked =
    [
        .. ScenePicture.Many(8 * Count, 61).Select(scene => scene.Facts).Where(facts => facts is { Count: 1, Size: "large" }).Take(Count),
    ];

    [Fact]
    public void Generate_WithTheLora_DrawsOutlines()
    {
        var hollow = CountHollow(Paint(1), "lora");

        output.WriteLine($"{hollow} of {Asked.Length}");
        Assert.True(hollow >= 0.8 * Asked.Length, $"{hollow} of {Asked.Length} are hollow.");
    }

    [Fact]
    public void Generate_WithoutTheLora_DrawsFilledShapes()
    {
        Assert.InRange(CountHollow(Paint(null), "lora-missing"), 0, 0.1 * Asked.Length);
    }

    private static IReadOnlyList<RgbImage> Paint(double? scale)
    {
        Lora[] loras = scale is null ? [] : [new(ShapesModelFolder.HollowLora, scale.Value)];
        using var painter = new FamilyPainter(ShapesModelFolder.Path, loras);
        return painter.Paint(Asked.Select(facts => Wording.Of(facts)), (task, _) => task);
    }

    // Hollow is what has its colour around a middle that is mostly nearer to the ground's.
    private static int CountHollow(IReadOnlyList<RgbImage> images, string name)
    {
        Sheet.Save(name, images);
        return images.Zip(Asked).Count(it =>
        {
            var (image, color, ground) = (it.First, ColorOf(it.Second.Color), ColorOf(it.Second.Ground));
            bool[] colored = [.. Enumerable.Range(0, image.Width * image.Height).Select(IsColored)];
            int[] all = [.. Enumerable.Range(0, colored.Length).Where(pixel => colored[pixel])];
            if (all.Length < 200)
            {
                return false;
            }

            var (x, y) = (all.Average(pixel => pixel % image.Width), all.Average(pixel => pixel / image.Width));
            int[] middle = [.. Enumerable.Range(0, colored.Length).Where(pixel =>
                Math.Abs((pixel % image.Width) - x) < 4 && Math.Abs((pixel / image.Width) - y) < 4)];
            return middle.Count(pixel => !colored[pixel]) >= 0.6 * middle.Length;

            bool IsColored(int pixel) => Rgb.At(image, pixel).DistanceTo(color) < Rgb.At(image, pixel).DistanceTo(ground);
        });
    }

    private static Rgb ColorOf(string name) => World.Shapes128.Colors[name] is [var red, var green, var blue] ? new(red, green, blue) : default;
}
