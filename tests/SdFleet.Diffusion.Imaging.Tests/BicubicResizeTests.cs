namespace SdFleet.Diffusion.Imaging.Tests;

public class BicubicResizeTests
{
    [Fact]
    public void Resize_SameSize_ChangesNothing()
    {
        float[] source = [.. Enumerable.Range(0, 12).Select(i => (i * 7 % 5) - 1.5f)];
        float[] result = new float[12];

        BicubicResize.Resize(source, 4, 3, result, 4, 3);

        Assert.Equal(source, result);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(7, 2)]
    [InlineData(3, 11)]
    public void Resize_FlatPlane_StaysFlat(int width, int height)
    {
        float[] result = new float[width * height];

        BicubicResize.Resize([.. Enumerable.Repeat(3f, 20)], 5, 4, result, width, height);

        Assert.All(result, value => Assert.Equal(3, value, 1e-6));
    }

    // Between two of four pixels in a row the cubic of slope -0.75 weighs (-3, 19, 19, -3) / 32.
    [Fact]
    public void Resize_HalfTheSize_WeighsAsPyTorchDoes()
    {
        float[] result = new float[2];

        BicubicResize.Resize([1, 2, 4, 8], 4, 1, result, 2, 1);

        Assert.Equal([((-3 * 1) + (19 * 1) + (19 * 2) - (3 * 4)) / 32f, ((-3 * 2) + (19 * 4) + (19 * 8) - (3 * 8)) / 32f], result);
    }
}
