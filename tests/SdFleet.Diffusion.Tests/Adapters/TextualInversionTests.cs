using SdFleet.Diffusion.Adapters;
using SdFleet.Diffusion.Pipelines;
using SdFleet.Diffusion.Tests.Golden;
using SdFleet.ShapesModel;

namespace SdFleet.Diffusion.Tests.Adapters;

public sealed class TextualInversionTests(BundledModel model) : IClassFixture<BundledModel>
{
    private const double Tolerance = 2e-5;
    private const string Before = "three small ", After = " stars on a yellow background";

    [Theory]
    [InlineData("<my-style>", null, "any.safetensors", "<my-style>")]
    [InlineData("emb_params", null, "my-style.safetensors", "my-style")]
    [InlineData("*", null, "My-Style.safetensors", "my-style")]
    [InlineData("<my-style>", "painted", "any.safetensors", "PAINTED")]
    public void Generate_WordOfAnEmbedding_IsItsVectors(string tensor, string? token, string file, string word)
    {
        float[] vectors = Vectors(2 * 96);
        using TemporaryFolder folder = new TemporaryFolder()
            .Write(file, new SafetensorsBuilder().Add(tensor, vectors, [2, 96], "F16").Build());
        using StableDiffusionPipeline pipeline = Load(new TextualInversion(folder[file], token));

        ReferenceClipText reference = new(ShapesModelFolder.Path);
        int first = reference.Tokens;
        reference.AddToken(vectors);
        int[] ids = [model.Tokenizer.BeginId, .. model.Tokenizer.Encode(Before), first, first + 1, .. model.Tokenizer.Encode(After)];
        int[] all = [.. ids, .. Enumerable.Repeat(model.Tokenizer.EndId, 77 - ids.Length)];
        double[] expected = [.. reference.Encode(all).SelectMany(vector => vector)];
        double[] skipped = [.. reference.Encode(all, skip: 1).SelectMany(vector => vector)];
        GenerationTask task = BundledModel.Task(Before + word + After);

        Near.Absolute("embeddings", expected, BundledModel.Embeddings(pipeline, task), Tolerance);
        Near.Absolute("skipped", skipped, BundledModel.Embeddings(pipeline, task with { ClipSkip = 1 }), Tolerance);
        Assert.Equal(
            BundledModel.Embeddings(model.Pipeline, BundledModel.Task("a red star")),
            BundledModel.Embeddings(pipeline, BundledModel.Task("a red star")));
    }

    // The text encoder stays, and so must the word that it knows.
    [Fact]
    public void SwitchAdapters_SameEmbeddingAndALora_KeepsTheWord()
    {
        using TemporaryFolder folder = new TemporaryFolder()
            .Write("word.safetensors", new SafetensorsBuilder().Add("emb_params", Vectors(96), [96]).Build())
            .Write("lora.safetensors", new TestLora().Add("conv_in", 48, [4, 3, 3], 1).Kohya());
        TextualInversion word = new(folder["word.safetensors"]);
        using StableDiffusionPipeline pipeline = Load(word);
        double[] before = BundledModel.Embeddings(pipeline, BundledModel.Task("a word"));
        using LoadCounter loads = new();

        pipeline.SwitchAdapters(new() { Embeddings = [word], Loras = [new(folder["lora.safetensors"])] });

        Assert.Equal(["unet"], loads.Components);
        Assert.Equal(["read", "adapt", "rewrite", "session"], loads.PhasesOf("unet"));
        Assert.Equal(before, BundledModel.Embeddings(pipeline, BundledModel.Task("a word")));
        pipeline.SwitchAdapters(new());
        Assert.NotEqual(before, BundledModel.Embeddings(pipeline, BundledModel.Task("a word")));
    }

    [Fact]
    public void Generate_SeveralEmbeddings_AreEachTheirOwn()
    {
        using TemporaryFolder folder = new TemporaryFolder()
            .Write("one.safetensors", new SafetensorsBuilder().Add("emb_params", Vectors(96), [96]).Build())
            .Write("two.safetensors", new SafetensorsBuilder().Add("emb_params", Vectors(3 * 96, 5), [3, 96], "BF16").Build());
        TextualInversion one = new(folder["one.safetensors"]), two = new(folder["two.safetensors"]);
        using StableDiffusionPipeline both = Load(one, two);
        using StableDiffusionPipeline second = Load(two);

        Assert.Equal([one with { Token = "one" }, two with { Token = "two" }], both.Info.Embeddings);
        Assert.Equal(
            BundledModel.Embeddings(second, BundledModel.Task("two red stars")),
            BundledModel.Embeddings(both, BundledModel.Task("two red stars")));
        Assert.NotEqual(
            BundledModel.Embeddings(both, BundledModel.Task("two red stars")),
            BundledModel.Embeddings(both, BundledModel.Task("one red stars")));
    }

    [Fact]
    public async Task GetModelDigestAsync_Embedding_IsPartOfIt()
    {
        using TemporaryFolder folder = new TemporaryFolder()
            .Write("one.safetensors", new SafetensorsBuilder().Add("emb_params", Vectors(96), [96]).Build());
        using StableDiffusionPipeline first = Load(new TextualInversion(folder["one.safetensors"]));
        using StableDiffusionPipeline named = Load(new TextualInversion(folder["one.safetensors"], "other"));

        string[] digests =
        [
            await model.Pipeline.GetModelDigestAsync(), await first.GetModelDigestAsync(), await named.GetModelDigestAsync(),
        ];

        Assert.Equal(3, digests.Distinct().Count());
    }

    [Theory]
    [InlineData("emb_params", new long[] { 2, 95 }, "vectors of 96 numbers", "95")]
    [InlineData("emb_params", new long[] { 76, 96 }, "up to 75 rows", "76")]
    [InlineData("emb_params", new long[] { 1, 1, 96 }, "up to 75 rows", "[1,1,96]")]
    public void Load_EmbeddingThatDoesNotFit_SaysWhatItExpected(string tensor, long[] shape, string expected, string found)
    {
        byte[] file = new SafetensorsBuilder().Add(tensor, Vectors((int)shape.Aggregate((a, b) => a * b)), shape).Build();

        ModelFormatException error = Refused("x.safetensors", file);

        Assert.Contains(expected, error.Expected, StringComparison.Ordinal);
        Assert.Contains(found, error.Found, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_EmbeddingOfSdxl_IsRefusedForOneEncoder()
    {
        byte[] file = new SafetensorsBuilder().Add("clip_l", Vectors(96), [1, 96]).Add("clip_g", Vectors(128), [1, 128]).Build();

        Assert.Contains("clip_g", Refused("x.safetensors", file).Found, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_FileOfSeveralTensors_IsRefused()
    {
        byte[] file = new SafetensorsBuilder().Add("a", Vectors(96), [1, 96]).Add("b", Vectors(96), [1, 96]).Build();

        Assert.Contains("2 tensors", Refused("x.safetensors", file).Found, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("x.pt")]
    [InlineData("x.bin")]
    public void Load_PickledFile_IsRefusedWithTheReason(string name) =>
        Assert.Contains("run any program", Refused(name, [0x80, 2]).Message, StringComparison.Ordinal);

    [Fact]
    public void Load_TwoEmbeddingsOfOneWord_AreRefused()
    {
        using TemporaryFolder folder = new TemporaryFolder()
            .Write("one.safetensors", new SafetensorsBuilder().Add("emb_params", Vectors(96), [96]).Build());
        string file = folder["one.safetensors"];

        ArgumentException twice = Assert.Throws<ArgumentException>(() => Load(new(file), new(file, "ONE")));
        ArgumentException empty = Assert.Throws<ArgumentException>(() => Load(new TextualInversion(file, " ")));

        Assert.Contains("\"ONE\" for two embeddings", twice.Message, StringComparison.Ordinal);
        Assert.Contains("1 to 200", empty.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_EmbeddingOfSdxl_HasBothEncodersVectors()
    {
        float[] small = Vectors(2 * 8), large = Vectors(2 * 12, 3);
        using TemporaryFolder folder = new TemporaryFolder().Write(
            "x.safetensors", new SafetensorsBuilder().Add("clip_l", small, [2, 8]).Add("clip_g", large, [2, 12]).Build());

        EmbeddingFile file = EmbeddingFile.Read(new(folder["x.safetensors"]));

        Assert.Equal((2, 8, 2, 12), (file.First.Count, file.First.Width, file.Second!.Count, file.Second.Width));
        Assert.Equal(small, file.First.Values);
        Assert.Equal(large, file.Second.Values);
        Assert.Equal("x", file.Token);
    }

    private static ModelFormatException Refused(string name, byte[] content)
    {
        using TemporaryFolder folder = new TemporaryFolder().Write(name, content);
        ModelFormatException error = Assert.Throws<ModelFormatException>(() => Load(new TextualInversion(folder[name])));
        Assert.Equal(folder[name], error.File);
        return error;
    }

    private static StableDiffusionPipeline Load(params TextualInversion[] embeddings) =>
        StableDiffusionPipeline.Load(ShapesModelFolder.Path, new() { Threads = 1 }, new() { Embeddings = embeddings });

    // Numbers that half precision has.
    private static float[] Vectors(int count, int seed = 1) =>
        [.. Enumerable.Range(0, count).Select(i => (float)(Half)(0.25 * Math.Sin((0.37 * i) + seed)))];
}
