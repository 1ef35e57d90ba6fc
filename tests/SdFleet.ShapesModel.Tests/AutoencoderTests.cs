using SdFleet.ShapesModel.Tests.Drawing;
using SdFleet.ShapesModel.Tests.Galleries;
using SdFleet.ShapesModel.Tests.Judging;
using SdFleet.ShapesModel.Tests.Worlds;

namespace SdFleet.ShapesModel.Tests;

public sealed class AutoencoderTests
{
    private const int Scenes = 96;

    // What is lost here is lost to every picture the model makes; and this is the very softness the judge must see through.
    [Fact]
    public void Pass_DrawnScenes_StillShowsWhatWasDrawn()
    {
        using var autoencoder = new Autoencoder();
        var judge = new Judge(World.Shapes128);
        var random = new Random(13);
        var wrong = new List<string>();
        for (var i = 0; i < Scenes; i++)
        {
            var scene = Scene.Any(World.Shapes128, random);
            var seen = judge.Look(autoencoder.Pass(scene.Draw(World.Shapes128).ToImage()));
            if (!Verdict.On(seen, scene.Facts).All)
            {
                wrong.Add($"{scene.Facts}: {seen}");
            }
        }

        Assert.True(wrong.Count <= 0.03 * Scenes, string.Join('\n', wrong));
    }
}
