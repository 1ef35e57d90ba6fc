using System.Security.Cryptography;

namespace SdFleet.Diffusion.Imaging.Tests;

public sealed class PillowBytesTests
{
    // SHA-256 of what Pillow 9.4 makes of TestImages.Formula.
    [Theory]
    [InlineData(20, 13, 8, 8, "163d43ff34952f2d8dfc378e7ca5abc38d7f06f349d9e583bb5c98f15928c3a0")]
    [InlineData(20, 13, 37, 29, "cb2da4c3cb0268e39d8410642350cafea57b00daf45b9ee4e8baa9119bc81857")]
    [InlineData(20, 13, 20, 5, "6f7cabbdf38817563218cabf721fa12fe0d5dd69efe4145564552f22996ff20d")]
    [InlineData(9, 30, 11, 30, "26deabcedb223230020c494c4de65c36a7b4a1b753fac7f46496cd5d97ded582")]
    [InlineData(300, 200, 24, 16, "093eda31eddaa61778b1f0ccf7faffaf0dc96ef6d99d97b7a93b520cb4b60086")]
    [InlineData(5, 4, 1, 1, "69e9fb23b1390dcef3a743094ae1568a626df0378eaae4dcf03c0c6816241c25")]
    public void Resize_AnySize_GivesPillowsBytes(int width, int height, int newWidth, int newHeight, string expected)
    {
        RgbImage resized = ImageResize.Resize(TestImages.Formula(width, height), newWidth, newHeight, ResizeFilter.Bicubic);

        Assert.Equal((newWidth, newHeight), (resized.Width, resized.Height));
        Assert.Equal(expected, Convert.ToHexStringLower(SHA256.HashData(resized.Pixels)));
    }
}
