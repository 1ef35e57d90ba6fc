using SdFleet.Diffusion.Imaging.Sheets;

namespace SdFleet.Diffusion.Imaging.Tests;

public sealed class PixelFontTests
{
    private static readonly PixelFont Font = PixelFont.Default;

    [Fact]
    public void Wrap_LongText_BreaksBetweenWordsAndFits()
    {
        var lines = Font.Wrap("a medium orange circle in the bottom left on a purple background", 128, 4);

        Assert.Equal("a medium orange circle in the bottom left on a purple background", string.Join(' ', lines));
        Assert.All(lines, line => Assert.True(Font.Measure(line) <= 128, line));
    }

    [Fact]
    public void Wrap_MoreThanFits_EndsInDots()
    {
        var lines = Font.Wrap(string.Join(' ', Enumerable.Repeat("circle", 50)), 128, 3);

        Assert.Equal(3, lines.Count);
        Assert.EndsWith("...", lines[2], StringComparison.Ordinal);
        Assert.All(lines, line => Assert.True(Font.Measure(line) <= 128, line));
    }

    [Fact]
    public void Wrap_OneWordWiderThanTheLine_IsCut()
    {
        var line = Assert.Single(Font.Wrap(new string('W', 100), 60, 3));

        Assert.True(Font.Measure(line) <= 60);
    }

    [Fact]
    public void Draw_BeyondTheEdges_IsLeftOut()
    {
        var image = new RgbImage(20, 8);

        Font.Draw(image, -3, -3, "Ünder the edge of it", new Rgb(255, 255, 255));

        Assert.True(image.Pixels.ContainsAnyExcept((byte)0));
    }
}
