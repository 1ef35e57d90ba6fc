using SdFleet.Diffusion.Scoring;
using SdFleet.ShapesModel.Tests.Drawing;
using SdFleet.ShapesModel.Tests.Galleries;
using SdFleet.ShapesModel.Tests.Worlds;
using Xunit.Abstractions;

namespace SdFleet.ShapesModel.Tests.Family;

/// <summary>Whether CLIP tells which text belongs to a picture.</summary>
[Collection(HeldOutPicturesTests.Name)]
public sealed class ClipTests(HeldOutGallery heldOut, ITestOutputHelper output) : IDisposable
{
    private const int Count = 32;

    private readonly ClipScorer _scorer = ClipScorer.Load(ShapesModelFolder.Clip);
    private readonly IReadOnlyList<Scene> _scenes = ScenePicture.Many(Count, 71);

    public void Dispose() => _scorer.Dispose();

    [Theory]
    [InlineData("shape", 0.85)]
    [InlineData("color", 0.9)]
    [InlineData("ground", 0.9)]
    [InlineData("count", 0.65)]
    public void Score_OneWordChanged_IsLower(string attribute, double share)
    {
        // Several are never large, so the size would tell the number.
        Scene[] scenes = [.. _scenes.Where(scene => attribute != "count" || scene.Facts.Size != "large")];
        var right = 0;
        foreach (var scene in scenes)
        {
            var facts = scene.Facts with { Position = null };
            string[] texts = [Wording.Of(facts), .. Others(facts, attribute).Select(other => Wording.Of(other))];
            var image = ScenePicture.Draw(scene);
            var scores = _scorer.Score([.. texts.Select(_ => image)], texts);
            right += scores.Skip(1).All(score => score < scores[0]) ? 1 : 0;
        }

        output.WriteLine($"{right} of {scenes.Length}");
        Assert.True(right >= share * scenes.Length, $"{right} of {scenes.Length}");
    }

    [Fact]
    public void Score_AllTexts_FindsThePicturesOwn()
    {
        string[] texts = [.. _scenes.Select(scene => Wording.Of(scene.Facts))];
        var found = _scenes.Index().Count(it =>
        {
            var image = ScenePicture.Draw(it.Item);
            var scores = _scorer.Score([.. texts.Select(_ => image)], texts);
            return scores[it.Index] >= scores.Max();
        });

        output.WriteLine($"{found} of {Count}");
        Assert.True(found >= 0.8 * Count, $"{found} of {Count}");
    }

    // What the text-to-image model gets wrong is what a dataset's filter is to find.
    [Fact]
    public void Score_GeneratedPictures_IsLowerWhereTheyAreWrong()
    {
        var scored = heldOut.Gallery.Pictures
            .Zip(_scorer.Score([.. heldOut.Gallery.Pictures.Select(it => it.Image)], [.. heldOut.Gallery.Pictures.Select(it => it.Wanted.Prompt)]))
            .ToLookup(it => it.First.Verdict.All, it => it.Second);

        output.WriteLine(FormattableString.Invariant($"right {scored[true].Average():0.000}, wrong {scored[false].Average():0.000}"));
        Assert.True(scored[true].Average() > scored[false].Average());
    }

    private static IEnumerable<Facts> Others(Facts facts, string attribute) => attribute switch
    {
        "shape" => World.Shapes128.Shapes.Where(it => it != facts.Shape).Select(it => facts with { Shape = it }),
        "color" => Colors(facts).Select(it => facts with { Color = it }),
        "ground" => Colors(facts).Select(it => facts with { Ground = it }),
        _ => new[] { 1, 2, 3 }.Where(it => it != facts.Count).Select(it => facts with { Count = it }),
    };

    private static IEnumerable<string> Colors(Facts facts) => World.Shapes128.Colors.Keys.Where(it => it != facts.Color && it != facts.Ground);
}
