using SdFleet.Diffusion.Imaging;
using SdFleet.Diffusion.Scoring;
using SdFleet.Diffusion.Imaging.Tests;
using SdFleet.Diffusion.Tokenization;

namespace SdFleet.Diffusion.Tests.Scoring;

public sealed class ClipScorerTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Score_ImageAndText_IsTheCosineOfTheirVectors(bool twoFiles)
    {
        using TemporaryFolder folder = twoFiles ? TinyClip.WriteTwoFiles() : TinyClip.WriteOneFile();
        using ClipScorer scorer = ClipScorer.Load(folder.Path, new() { Threads = 1 });
        RgbImage image = TestImages.Formula(20, 13);

        double score = scorer.Score(image, "a cat");

        Assert.Equal(Cosine(VectorOf(folder, image), VectorOf(folder, "a cat")), score, 1e-5);
    }

    [Fact]
    public void Score_Batch_GivesWhatEachImageGivesAlone()
    {
        using TemporaryFolder folder = TinyClip.WriteOneFile();
        using ClipScorer scorer = ClipScorer.Load(folder.Path, new() { Threads = 1 });
        RgbImage[] images = [.. Enumerable.Range(0, 20).Select(i => TestImages.Plain(10 + i, 20, (byte)(i * 12)))];
        string[] texts = [.. images.Select((_, i) => i % 2 == 0 ? "a cat" : "a dog")];

        IReadOnlyList<double> together = scorer.Score(images, texts);

        Assert.Equal(20, together.Distinct().Count());
        Assert.All(together.Index(), pair => Assert.Equal(scorer.Score(images[pair.Index], texts[pair.Index]), pair.Item, 1e-5));
    }

    [Fact]
    public void Score_SameTextAgain_IsNotEncodedAgain()
    {
        using TemporaryFolder folder = TinyClip.WriteTwoFiles();
        using ClipScorer scorer = ClipScorer.Load(folder.Path, new() { Threads = 1 });
        RgbImage image = TestImages.Plain(8, 8, 100);
        using RunCounter runs = new();

        // The component is the folder's name: both models lie in "onnx".
        scorer.Score([image, image], ["a cat", "a cat"]);
        Assert.Equal(2, runs["onnx"]);

        scorer.Score(image, "a cat");
        Assert.Equal(3, runs["onnx"]);
    }

    [Fact]
    public void Score_OtherNumberOfTexts_IsRefused()
    {
        using TemporaryFolder folder = TinyClip.WriteOneFile();
        using ClipScorer scorer = ClipScorer.Load(folder.Path, new() { Threads = 1 });

        Assert.Throws<ArgumentException>(() => scorer.Score([TestImages.Plain(8, 8, 1)], []));
    }

    [Fact]
    public void Load_WithoutAModel_SaysWhatWasExpected()
    {
        using TemporaryFolder folder = TinyClip.WriteOneFile();
        File.Delete(folder["model.onnx"]);

        ModelFormatException error = Assert.Throws<ModelFormatException>(() => ClipScorer.Load(folder.Path));

        Assert.Contains("text_model.onnx", error.Expected, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_ModelWithoutProjection_NamesTheOutputs()
    {
        using TemporaryFolder folder = TinyClip.WriteTwoFiles();
        File.Copy(folder["onnx/text_model.onnx"], folder["onnx/vision_model.onnx"], overwrite: true);

        ModelFormatException error = Assert.Throws<ModelFormatException>(() => ClipScorer.Load(folder.Path));

        Assert.Contains("pixel", error.Expected, StringComparison.Ordinal);
    }

    // By hand what TinyClip computes.
    private static double[] VectorOf(TemporaryFolder folder, string text)
    {
        TokenizedPrompt prompt = ClipTokenizer.Load(folder.Path).EncodePrompt(text);
        int[] ids = prompt.Ids[..prompt.Length].ToArray();
        return [.. Enumerable.Range(0, TinyClip.Width).Select(i => ids.Sum(id => (double)TinyClip.Table[(id * TinyClip.Width) + i]))];
    }

    private static double[] VectorOf(TemporaryFolder folder, RgbImage image)
    {
        ClipImages images = ClipImages.Load(folder.Path);
        float[] planes = new float[images.Length];
        images.Write(image, planes);
        double[] colors = [.. planes.Chunk(planes.Length / 3).Select(plane => plane.Average(value => (double)value))];
        return [.. Enumerable.Range(0, TinyClip.Width)
            .Select(i => colors.Select((color, channel) => color * TinyClip.Matrix[(channel * TinyClip.Width) + i]).Sum())];
    }

    private static double Cosine(double[] a, double[] b) =>
        a.Zip(b, (x, y) => x * y).Sum() / Math.Sqrt(a.Sum(x => x * x) * b.Sum(y => y * y));
}
