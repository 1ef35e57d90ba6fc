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

    // Hollow is what has its colour around a middle of the ground's.
    private static int CountHollow(IReadOnlyList<RgbImage> images, string name)
    {
        Sheet.Save(name, images);
        var names = new ColorNames(World.Shapes128);
        return images.Zip(Asked).Count(it =>
        {
            string?[] seen = [.. Enumerable.Range(0, it.First.Width * it.First.Height).Select(pixel => names.NameOf(Rgb.At(it.First, pixel)))];
            int[] colored = [.. Enumerable.Range(0, seen.Length).Where(pixel => seen[pixel] == it.Second.Color)];
            if (colored.Length < 200)
            {
                return false;
            }

            var (x, y) = (colored.Average(pixel => pixel % it.First.Width), colored.Average(pixel => pixel / it.First.Width));
            int[] middle = [.. Enumerable.Range(0, seen.Length).Where(pixel =>
                Math.Abs((pixel % it.First.Width) - x) < 4 && Math.Abs((pixel / it.First.Width) - y) < 4)];
            return middle.Count(pixel => seen[pixel] == it.Second.Ground) >= 0.8 * middle.Length;
        });
    }
}
