namespace SdFleet.Diffusion.Imaging.Tests;

public class ImageResizeTests
{
    public static TheoryData<ResizeFilter> Filters() => [.. Enum.GetValues<ResizeFilter>()];

    [Theory]
    [MemberData(nameof(Filters))]
    public void Resize_ToTheSameSize_ChangesNothing(ResizeFilter filter)
    {
        RgbImage image = TestImages.Noise(13, 7, seed: 1);

        Assert.Equal(image.Pixels.ToArray(), ImageResize.Resize(image, 13, 7, filter).Pixels.ToArray());
    }

    [Theory]
    [MemberData(nameof(Filters))]
    public void Resize_PlainImage_StaysPlain(ResizeFilter filter)
    {
        foreach ((int width, int height) in ((int, int)[])[(40, 30), (3, 5), (1, 1), (40, 2)])
        {
            RgbImage resized = ImageResize.Resize(TestImages.Plain(17, 11, 77), width, height, filter);

            Assert.Equal((width, height), (resized.Width, resized.Height));
            Assert.All(resized.Pixels.ToArray(), level => Assert.Equal(77, level));
        }
    }

    // A step from 0 to 255 between two pixels, to four. The inner two are 1/4 and 3/4 of a pixel away from the old ones: the triangle weighs
    // that 0.75 and 0.25, the cubic 0.8672 and 0.2266, the windowed sinc 0.8901 and 0.2702, each to be divided by the sum.
    [Theory]
    [InlineData(ResizeFilter.Bilinear, new byte[] { 0, 64, 191, 255 })]
    [InlineData(ResizeFilter.Bicubic, new byte[] { 0, 53, 202, 255 })]
    [InlineData(ResizeFilter.Lanczos, new byte[] { 0, 59, 196, 255 })]
    public void Resize_Step_IsWeighedAsTheFilterSays(ResizeFilter filter, byte[] expected)
    {
        GrayImage resized = ImageResize.Resize(new GrayImage(2, 1, [0, 255]), 4, 1, filter);

        Assert.Equal(expected, resized.Pixels.ToArray());
    }

    [Fact]
    public void Resize_ToHalf_AveragesAllPixels()
    {
        // Every second pixel white: picking pixels would give 0 or 255.
        GrayImage stripes = new(32, 32, [.. Enumerable.Range(0, 1024).Select(i => (byte)(i % 2 * 255))]);

        GrayImage half = ImageResize.Resize(stripes, 16, 16, ResizeFilter.Bilinear);

        Assert.All(half.Pixels.ToArray()[33..200], level => Assert.InRange(level, 100, 155));
    }

    [Fact]
    public void Resize_Twice_KeepsTheMeanAndTurnsNothing()
    {
        RgbImage image = new(8, 8);
        image.Row(1)[6] = 255;

        RgbImage large = ImageResize.Resize(image, 32, 32, ResizeFilter.Lanczos);

        int brightest = Enumerable.Range(0, 32 * 32).MaxBy(i => large.Pixels[i * 3]);
        Assert.InRange(brightest % 32, 8, 11);
        Assert.InRange(brightest / 32, 4, 7);
        Assert.Equal(0, large.Pixels[(brightest * 3) + 1]);
    }
}
