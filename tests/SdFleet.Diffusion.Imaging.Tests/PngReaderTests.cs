namespace SdFleet.Diffusion.Imaging.Tests;

public class PngReaderTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(20)]
    [InlineData(60)]
    public void Read_CutFile_IsInvalidData(int length)
    {
        byte[] file = PngWriter.ToArray(TestImages.Noise(16, 16, seed: 1));

        Assert.Throws<InvalidDataException>(() => PngReader.Read(file.AsSpan(0, length)));
    }

    [Fact]
    public void Read_TooManyPixels_IsRefusedFromTheHeader()
    {
        byte[] file = PngWriter.ToArray(TestImages.Noise(16, 16, seed: 1));

        InvalidDataException error = Assert.Throws<InvalidDataException>(() => PngReader.Read(file, maxPixels: 255));

        Assert.Contains("16x16", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_DamagedFiles_AreImagesOrInvalidData()
    {
        byte[] file = PngWriter.ToArray(TestImages.Noise(32, 32, seed: 1), new PngText("parameters", "x"));
        Random random = new(5);
        for (int i = 0; i < 300; i++)
        {
            byte[] damaged = [.. file];
            damaged[random.Next(damaged.Length)] ^= (byte)random.Next(1, 256);
            try
            {
                _ = PngReader.Read(damaged);
                _ = PngReader.ReadTexts(damaged);
            }
            catch (InvalidDataException)
            {
                // Fine: anything else fails the test.
            }
        }
    }

    [Fact]
    public void ReadTexts_NoTexts_AreNone() => Assert.Empty(PngReader.ReadTexts(PngWriter.ToArray(new RgbImage(1, 1))));
}
