namespace SdFleet.Diffusion.Imaging.Tests;

public class ImageGridTests
{
    [Fact]
    public void Compose_FiveImages_MakesTheMostSquareSheet()
    {
        RgbImage[] images = [.. Enumerable.Range(1, 5).Select(level => TestImages.Plain(4, 2, (byte)level))];

        RgbImage sheet = ImageGrid.Compose(images, padding: 1, background: 9);

        // Three columns and two rows, with a line around each image.
        Assert.Equal((16, 7), (sheet.Width, sheet.Height));
        Assert.Equal([9, 1, 1, 1, 1, 9, 2, 2, 2, 2, 9, 3, 3, 3, 3, 9], Reds(sheet, y: 1));
        Assert.Equal([9, 4, 4, 4, 4, 9, 5, 5, 5, 5, 9, 9, 9, 9, 9, 9], Reds(sheet, y: 5));
        Assert.All(Reds(sheet, y: 3), level => Assert.Equal(9, level));
    }

    [Fact]
    public void Compose_OneColumn_StacksThem() =>
        Assert.Equal((3, 8), Size(ImageGrid.Compose([TestImages.Plain(3, 4, 0), TestImages.Plain(3, 4, 1)], columns: 1)));

    [Fact]
    public void Compose_SizesDiffer_IsRefused() =>
        Assert.Throws<ArgumentException>(() => ImageGrid.Compose([TestImages.Plain(3, 4, 0), TestImages.Plain(4, 4, 1)]));

    [Fact]
    public void Compose_NoImages_IsRefused() => Assert.Throws<ArgumentException>(() => ImageGrid.Compose([]));

    private static (int Width, int Height) Size(RgbImage image) => (image.Width, image.Height);

    private static byte[] Reds(RgbImage image, int y) => [.. image.Row(y).ToArray().Where((_, i) => i % RgbImage.Channels == 0)];
}
