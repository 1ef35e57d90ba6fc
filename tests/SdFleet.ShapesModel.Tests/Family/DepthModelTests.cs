using SdFleet.Diffusion.Pipelines;
using SdFleet.ShapesModel.Tests.Drawing;
using Xunit.Abstractions;

namespace SdFleet.ShapesModel.Tests.Family;

/// <summary>Whether the depth model takes place, size and outline from the depth map, and the rest from the words.</summary>
public sealed class DepthModelTests(ITestOutputHelper output) : IDisposable
{
    private const int Count = 48;

    private readonly FamilyPainter _painter = new(ShapesModelFolder.DepthToImage);
    private readonly IReadOnlyList<Scene> _scenes = ScenePicture.Many(Count, 41);

    public void Dispose() => _painter.Dispose();

    [Fact]
    public void Info_SaysDepthToImage() => Assert.Equal((ModelKind.DepthToImage, false), (_painter.Info.Kind, _painter.Info.EstimatesDepth));

    [Fact]
    public void Generate_DepthMap_SaysWhereThingsAre()
    {
        var exam = Paint("depth", index => index);

        output.WriteLine($"{exam}");
        Assert.True(exam.Everything >= 0.75, $"{exam}");
    }

    // What places and sizes are right by chance, or by the words.
    [Fact]
    public void Generate_AnotherScenesMap_PutsThemElsewhere()
    {
        var exam = Paint("depth-of-another", index => (index + 1) % Count);

        output.WriteLine($"{exam}");
        Assert.True(exam.Everything <= 0.25, $"{exam}");
    }

    // With a picture to begin with that shows nothing of it, gray and remade in full.
    private Exam Paint(string name, Func<int, int> mapOf)
    {
        var images = _painter.Paint(
            _scenes.Select(scene => Wording.Of(scene.Facts with { Size = null, Position = null })),
            (task, index) =>
            {
                var gray = new Diffusion.Imaging.RgbImage(task.Width, task.Height);
                gray.Pixels.Fill(128);
                return task with { InitImage = gray, Strength = 1, DepthMap = ScenePicture.Depth(_scenes[mapOf(index)]) };
            });
        return new(name, [.. _scenes.Select(scene => scene.Facts)], images, [.. _scenes.Select(ScenePicture.Draw)]);
    }
}
