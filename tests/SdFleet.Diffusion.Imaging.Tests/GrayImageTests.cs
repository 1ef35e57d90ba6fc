namespace SdFleet.Diffusion.Imaging.Tests;

public class GrayImageTests
{
    // 0.299, 0.587 and 0.114 of 255, rounded.
    [Theory]
    [InlineData(0, 0, 0, 0)]
    [InlineData(255, 255, 255, 255)]
    [InlineData(255, 0, 0, 76)]
    [InlineData(0, 255, 0, 150)]
    [InlineData(0, 0, 255, 29)]
    [InlineData(128, 128, 128, 128)]
    public void FromRgb_Color_IsItsBrightness(byte red, byte green, byte blue, byte expected) =>
        Assert.Equal([expected], GrayImage.FromRgb(new(1, 1, [red, green, blue])).Pixels.ToArray());

    [Fact]
    public void Create_OtherNumberOfBytes_IsRefused()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => new GrayImage(2, 3, new byte[5]));

        Assert.Contains("6 bytes, not 5", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Create_NoWidth_IsRefused() => Assert.Throws<ArgumentOutOfRangeException>(() => new GrayImage(0, 3));
}
