namespace SdFleet.Diffusion.Imaging.Tests;

public class PngWriterTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(7, 3)]
    [InlineData(128, 128)]
    [InlineData(513, 257)]
    public void ToArray_AnySize_IsReadBackByLibspng(int width, int height)
    {
        RgbImage image = TestImages.Noise(width, height, seed: 1);

        RgbImage read = PngReader.Read(PngWriter.ToArray(image));

        Assert.Equal((width, height), (read.Width, read.Height));
        Assert.Equal(image.Pixels.ToArray(), read.Pixels.ToArray());
    }

    [Fact]
    public void ToArray_SameImageTwice_GivesTheSameBytes()
    {
        RgbImage image = TestImages.Noise(64, 64, seed: 2);

        Assert.Equal(PngWriter.ToArray(image), PngWriter.ToArray(image));
    }

    [Fact]
    public void ToArray_Texts_AreReadBackInTheirOrder()
    {
        PngText[] texts =
            [new("parameters", "a caf\u00E9\nSteps: 20"), new("Software", "SdFleet"), new("Title", "\u6771\u4EAC \U0001F600")];

        byte[] file = PngWriter.ToArray(TestImages.Noise(8, 8, seed: 3), texts);

        Assert.Equal(texts, PngReader.ReadTexts(file));
    }

    [Fact]
    public void ToArray_Latin1AndOtherText_TakeTheChunksThatOtherProgramsExpect()
    {
        byte[] file = PngWriter.ToArray(new RgbImage(1, 1), new PngText("a", "\u00E9"), new PngText("b", "\u6771"));
        string chunks = System.Text.Encoding.Latin1.GetString(file);

        Assert.True(chunks.IndexOf("tEXta\0\u00E9", StringComparison.Ordinal) is var latin && latin > 0);
        Assert.True(chunks.IndexOf("iTXtb\0\0\0\0\0", StringComparison.Ordinal) > latin);
        Assert.True(chunks.IndexOf("IDAT", StringComparison.Ordinal) > latin);
    }

    [Fact]
    public void Write_StreamThatCannotSeek_GetsTheSameBytes()
    {
        RgbImage image = TestImages.Noise(300, 300, seed: 4);
        using MemoryStream written = new();
        using (System.IO.Compression.BrotliStream forward = new(new MemoryStream(), System.IO.Compression.CompressionMode.Compress))
        {
            PngWriter.Write(forward, image);
        }

        PngWriter.Write(written, image);

        Assert.Equal(PngWriter.ToArray(image), written.ToArray());
    }

    [Theory]
    [InlineData("")]
    [InlineData(" leading")]
    [InlineData("two  spaces")]
    [InlineData("\u6771")]
    [InlineData("line\nfeed")]
    public void PngText_WrongKeyword_IsRefused(string keyword) => Assert.ThrowsAny<ArgumentException>(() => new PngText(keyword, "x"));
}
