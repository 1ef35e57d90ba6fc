using SdFleet.ShapesModel.Tests.Galleries;
using SdFleet.ShapesModel.Tests.Worlds;
using Xunit.Abstractions;

namespace SdFleet.ShapesModel.Tests;

/// <summary>Whether the model paints what prompts say whose combination of shape, colour and ground it was never taught.</summary>
[Collection(Name)]
public sealed class HeldOutPicturesTests(HeldOutGallery heldOut, ITestOutputHelper output)
{
    public const string Name = "held-out pictures";

    [Theory]
    [InlineData("ground", 0.90)]
    [InlineData("colour", 0.90)]
    [InlineData("kind", 0.90)]
    [InlineData("everything", 0.85)]
    public void Generate_HeldOutPrompts_PaintsWhatTheySay(string attribute, double expected)
    {
        var report = $"{heldOut.Folder}\n{heldOut.Gallery.Report()}";
        output.WriteLine(report);

        Assert.True(heldOut.Gallery.Pictures.Count >= 96);
        Assert.True(heldOut.Gallery.Rates[attribute] >= expected, $"The {attribute} is right too seldom: {report}");
    }

    [Theory]
    [InlineData("ground")]
    [InlineData("colour")]
    [InlineData("kind")]
    [InlineData("everything")]
    public void ModelCard_StatesTheFiguresThatAreMeasured(string attribute)
    {
        var stated = ModelCard.Figure(attribute);

        Assert.NotNull(stated);
        Assert.InRange(100 * heldOut.Gallery.Rates[attribute], stated.Value - 3, stated.Value + 3);
    }

    // Seeds alone give pictures of the world too, but not the ones the prompts ask for.
    [Fact]
    public void Generate_WithoutText_PaintsSomethingElse()
    {
        var gallery = Gallery.Of(heldOut.Painter, [.. World.HeldOutPrompts.Take(32)], task => task with { Prompt = "" });

        output.WriteLine(gallery.Report());
        Assert.InRange(gallery.Rates["everything"], 0, heldOut.Gallery.Rates["everything"] / 4);
    }

    // Both times the text is there; guidance is what makes it weigh more than it did in training.
    [Fact]
    public void Generate_WithoutGuidance_FollowsTheTextLess()
    {
        var gallery = Gallery.Of(heldOut.Painter, World.HeldOutPrompts, task => task with { GuidanceScale = 1 });

        output.WriteLine(gallery.Report());
        Assert.True(Mistakes(gallery) > Mistakes(heldOut.Gallery));
    }

    private static int Mistakes(Gallery gallery) => gallery.Pictures.Sum(picture => picture.Verdict.Wrong.Count());
}
