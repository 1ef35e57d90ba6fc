using SdFleet.Diffusion.Imaging;

namespace SdFleet.Diffusion.Tests.Imaging;

/// <summary>The one reader behind CLIP scores, the safety checker and the depth estimator.</summary>
public sealed class PreprocessorFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("""{ "size": 7 }""", 7, 7)]
    [InlineData("""{ "size": { "height": 5, "width": 6 } }""", 5, 6)]
    [InlineData("""{ "size": { "width": 6 } }""", 9, 6)]
    [InlineData("""{ "size": null }""", 9, 9)]
    [InlineData("{}", 9, 9)]
    public void Size_AsNumberOrObject_IsRead(string json, int height, int width)
    {
        using PreprocessorFile file = Open(json);

        Assert.Equal((height, width), file.Size("size", 9));
    }

    [Theory]
    [InlineData("""{ "size": 224 }""")]
    [InlineData("""{ "size": { "shortest_edge": 224 } }""")]
    public void Side_AsNumberOrObject_IsRead(string json)
    {
        using PreprocessorFile file = Open(json);

        Assert.Equal(224, file.Side("size", "shortest_edge"));
    }

    [Fact]
    public void Values_ThatAreAbsentOrNull_HaveTheirDefaults()
    {
        using PreprocessorFile file = Open("""{ "do_resize": null, "image_mean": null }""");

        Assert.True(file.Flag("do_resize", absent: true));
        Assert.Equal(0.25, file.Number("rescale_factor", 0.25, 0, 1));
        Assert.Equal(4, file.Whole("ensure_multiple_of", 4, 1, 8));
        Assert.Equal([1, 2, 3], file.Channels("image_mean", [1, 2, 3]));
        Assert.Equal(ResizeFilter.Lanczos, file.Filter(ResizeFilter.Lanczos));
    }

    [Theory]
    [InlineData("""{ "size": 7.5 }""", "a size within 1 to 4096", "7.5")]
    [InlineData("""{ "size": { "height": 5, "width": 6 } }""", "a size of one height and width", """{ "height": 5, "width": 6 }""")]
    [InlineData("""{ "size": { "height": 5 } }""", "a size of one height and width", """{ "height": 5 }""")]
    [InlineData("{}", "a size of one height and width", "none")]
    public void Side_ThatIsNone_IsNamed(string json, string expected, string found)
    {
        using PreprocessorFile file = Open(json);

        ModelFormatException error = Assert.Throws<ModelFormatException>(() => file.Side("size", "height", "width"));

        Assert.Equal((expected, found), (error.Expected, error.Found));
    }

    [Theory]
    [InlineData("""{ "image_std": [1, 1, 0] }""")]
    [InlineData("""{ "image_std": [1, 1] }""")]
    [InlineData("""{ "image_std": [1, 1, "1"] }""")]
    [InlineData("{}")]
    public void Channels_ThatAreNone_AreNamed(string json)
    {
        using PreprocessorFile file = Open(json);

        Assert.Equal(
            "an image_std of 3 numbers above 0",
            Assert.Throws<ModelFormatException>(() => file.Channels("image_std", above: 0)).Expected);
    }

    [Theory]
    [InlineData("[]", "a JSON object")]
    [InlineData("{", "JSON")]
    public void Open_SomethingElse_IsRefused(string json, string expected) =>
        Assert.Equal(expected, Assert.Throws<ModelFormatException>(() => Open(json)).Expected);

    private PreprocessorFile Open(string json)
    {
        _folder.Write(PreprocessorFile.Name, json);
        return PreprocessorFile.Open(_folder[PreprocessorFile.Name]);
    }
}
