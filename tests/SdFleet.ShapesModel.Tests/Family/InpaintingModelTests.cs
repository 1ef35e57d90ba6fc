using SdFleet.Diffusion.Pipelines;
using SdFleet.ShapesModel.Tests.Drawing;
using SdFleet.ShapesModel.Tests.Worlds;
using Xunit.Abstractions;

namespace SdFleet.ShapesModel.Tests.Family;

/// <summary>Whether the inpainting model paints under the mask what the words say, and leaves the rest.</summary>
public sealed class InpaintingModelTests(ITestOutputHelper output) : IDisposable
{
    private const int Count = 48;

    private readonly FamilyPainter _painter = new(ShapesModelFolder.Inpainting);
    private readonly IReadOnlyList<Scene> _before = [.. ScenePicture.Many(4 * Count, 31).Where(scene => scene.Facts.Count == 1).Take(Count)];

    public void Dispose() => _painter.Dispose();

    [Fact]
    public void Info_SaysInpainting() => Assert.Equal(ModelKind.Inpainting, _painter.Info.Kind);

    // The mask says where: what is beyond it is pasted back, so the words need not say it, and nothing is left to judge of it.
    [Fact]
    public void Generate_BoxAroundTheObject_PutsAnotherInItsPlace()
    {
        var random = new Random(32);
        Facts[] wanted = [.. _before.Select(scene => Another(scene.Facts, random) with { Position = null })];

        var images = _painter.Paint(wanted.Select(facts => Wording.Of(facts)), Masked(overlay: true));

        var exam = new Exam("inpaint", wanted, images, [.. _before.Select(ScenePicture.Draw)]);
        output.WriteLine($"{exam}");
        Assert.True(exam.Everything >= 0.7, $"{exam}");
    }

    [Fact]
    public void Generate_GroundAlone_RemovesTheObject()
    {
        var images = _painter.Paint(_before.Select(scene => $"{scene.Facts.Ground} background"), Masked(overlay: true));

        var judge = new Judging.Judge(World.Shapes128);
        var bare = images.Count(image => judge.Look(image).Objects.Count == 0);
        output.WriteLine($"{bare} of {Count}");
        Assert.True(bare >= 0.85 * Count, $"{bare} of {Count} are bare ground.");
    }

    // Nothing is pasted back here: it is the model that knows what is kept.
    [Fact]
    public void Generate_WithoutOverlay_KeepsWhatTheMaskKeeps()
    {
        var images = _painter.Paint(_before.Select(scene => Wording.Of(scene.Facts)), Masked(overlay: false));

        var ratio = _before.Zip(images, (scene, image) =>
        {
            var mask = ScenePicture.Box(scene);
            return ScenePicture.SignalToNoise(ScenePicture.Draw(scene), image, pixel => mask.Pixels[pixel] == 0);
        }).Average();
        output.WriteLine(FormattableString.Invariant($"{ratio:0.0} dB"));
        Assert.True(ratio >= 26, $"{ratio} dB");
    }

    private Func<GenerationTask, int, GenerationTask> Masked(bool overlay) => (task, index) => task with
    {
        InitImage = ScenePicture.Draw(_before[index]),
        Mask = ScenePicture.Box(_before[index]),
        Strength = 1,
        Overlay = overlay,
    };

    // Of the same size, on the same ground.
    private static Facts Another(Facts facts, Random random)
    {
        string[] colors = [.. World.Shapes128.Colors.Keys.Where(color => color != facts.Ground && color != facts.Color)];
        string[] shapes = [.. World.Shapes128.Shapes.Where(shape => shape != facts.Shape)];
        return facts with { Color = colors[random.Next(colors.Length)], Shape = shapes[random.Next(shapes.Length)] };
    }
}
