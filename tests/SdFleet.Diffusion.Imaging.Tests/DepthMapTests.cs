namespace SdFleet.Diffusion.Imaging.Tests;

public class DepthMapTests
{
    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Create_ValueThatIsNotFinite_SaysWhere(float value)
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => new DepthMap(2, 2, [0, 1, 2, value]));

        Assert.Contains("(1, 1)", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Create_OtherNumberOfValues_IsRefused()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => new DepthMap(2, 2, new float[3]));

        Assert.Contains("4 values, not 3", error.Message, StringComparison.Ordinal);
    }
}
