using SdFleet.ShapesModel.Tests.Drawing;
using SdFleet.ShapesModel.Tests.Judging;
using SdFleet.ShapesModel.Tests.Worlds;

namespace SdFleet.ShapesModel.Tests;

/// <summary>Whether the judge sees what is there; whether it sees what is wrong is the matter of <see cref="JudgeFaultTests"/>.</summary>
public sealed class JudgeTests
{
    private const int Scenes = 400;

    private readonly Judge _judge = new(World.Shapes128);

    [Theory]
    [InlineData(0, 0, 0.99)]
    [InlineData(1, 5, 0.97)]
    [InlineData(1.5, 8, 0.95)]
    public void Look_DrawnScenes_SeesWhatWasDrawn(double blur, double noise, double expected)
    {
        var random = new Random(7);
        var wrong = new List<string>();
        for (var i = 0; i < Scenes; i++)
        {
            var scene = Scene.Any(World.Shapes128, random);
            var canvas = scene.Draw(World.Shapes128);
            canvas.Blur(blur);
            canvas.AddNoise(random, noise);
            var seen = _judge.Look(canvas.ToImage());
            if (!Verdict.On(seen, scene.Facts).All)
            {
                wrong.Add($"{scene.Facts}: {seen}");
            }
        }

        Assert.True(wrong.Count <= (1 - expected) * Scenes, string.Join('\n', wrong));
    }

    [Fact]
    public void Figures_OfTheWorld_HaveTheAreasItStates()
    {
        foreach (var (shape, area) in World.Shapes128.Geometry.AreaOverR2)
        {
            Assert.Equal(area, Figure.Of(shape, World.Shapes128.Geometry).Area, 0.0001);
        }
    }
}
