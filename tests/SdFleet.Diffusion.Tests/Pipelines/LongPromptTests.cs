using SdFleet.Diffusion.Pipelines;
using SdFleet.Diffusion.Tests.Golden;
using SdFleet.Diffusion.Tokenization;

namespace SdFleet.Diffusion.Tests.Pipelines;

public sealed class LongPromptTests : IDisposable
{
    private const double BatchTolerance = 1e-4;
    private const int Width = 4, Chunk = 77 * Width;

    private readonly StableDiffusionPipeline _pipeline = new TinyModel().Load();

    public void Dispose() => _pipeline.Dispose();

    [Fact]
    public void Generate_LongPrompt_IsItsChunksOneBehindTheOther()
    {
        GenerationTask task = Task(Cats(75) + " dog dog") with { GuidanceScale = 1 };

        float[] rows = Assert.Single(Embeddings(task));

        Assert.Equal(2 * Chunk, rows.Length);
        Assert.Equal(Assert.Single(Embeddings(task with { Prompt = Cats(75) })), rows[..Chunk]);
        Assert.Equal(Assert.Single(Embeddings(task with { Prompt = "dog dog" })), rows[Chunk..]);
        Assert.Equal(0, _pipeline.Generate([task])[0].DroppedTokens);
    }

    [Fact]
    public void Generate_ShorterNegativePrompt_IsFilledWithEmptyChunks()
    {
        GenerationTask task = Task(Cats(100)) with { NegativePrompt = "dog" };

        float[] rows = Assert.Single(Embeddings(task));

        Assert.Equal(4 * Chunk, rows.Length);
        GenerationTask alone = task with { GuidanceScale = 1 };
        Assert.Equal(Assert.Single(Embeddings(alone with { Prompt = "dog" })), rows[..Chunk]);
        Assert.Equal(Assert.Single(Embeddings(alone with { Prompt = "" })), rows[Chunk..(2 * Chunk)]);
        Assert.Equal(Assert.Single(Embeddings(alone)), rows[(2 * Chunk)..]);
    }

    [Fact]
    public void Generate_LongNegativePromptWithoutGuidance_IsNotLookedAt()
    {
        GenerationTask task = Task("cat") with { GuidanceScale = 1, NegativePrompt = Cats(100) };

        Assert.Equal(Chunk, Assert.Single(Embeddings(task)).Length);
    }

    [Fact]
    public void Generate_TasksOfDifferentLength_GiveWhatTheyGiveAlone()
    {
        GenerationTask[] tasks =
        [
            Task("a cat"),
            Task(Cats(100)) with { Seed = 2 },
            Task("a (cat:1.3)") with { Seed = 3, PromptSyntax = PromptSyntax.Weighted },
            Task("a dog") with { Seed = 4, NegativePrompt = Cats(80) },
            Task(Cats(100)) with { Seed = 5, LongPrompts = LongPrompts.Truncate },
            Task("cat BREAK dog BREAK cat") with { Seed = 6, PromptSyntax = PromptSyntax.Weighted },
        ];

        IReadOnlyList<GeneratedImage> together = _pipeline.Generate(tasks);

        Assert.Equal(tasks, together.Select(image => image.Task));
        Assert.Equal(25, together[4].DroppedTokens);
        Assert.All(together, image =>
        {
            double[] alone = [.. _pipeline.Generate([image.Task])[0].Image.Pixels.ToArray().Select(value => (double)value)];
            Near.Absolute($"image {image.Seed}", alone, [.. image.Image.Pixels.ToArray().Select(value => (double)value)], 1);
        });
        Assert.Single(together.Select(image => image.Timings.Denoise).Distinct());
    }

    [Fact]
    public void Generate_TasksOfDifferentLength_AreOneBatchForEachLength()
    {
        EmbeddingsProbe probe = new();
        GenerationTask[] tasks = [Task("a"), Task(Cats(100)), Task("b"), Task(Cats(101))];

        _pipeline.GenerateObserved(tasks, null, probe, default);

        // Two images in each, with their negative prompts.
        Assert.Equal([4 * Chunk, 8 * Chunk], probe.Batches.Select(rows => rows.Length));
    }

    [Fact]
    public void Generate_Padding_WouldChangeAnImage()
    {
        // Why there is a batch for each length: the same prompt among more empty chunks.
        GenerationTask task = Task("a cat");
        float[] own = Latents(task);

        Assert.NotEqual(own, Latents(task with { Prompt = "a cat BREAK", NegativePrompt = Cats(80), PromptSyntax = PromptSyntax.Weighted }));
        Near.Absolute("latents", own, Latents(task with { PromptSyntax = PromptSyntax.Weighted }), BatchTolerance);
    }

    [Fact]
    public void Generate_SeveralLengths_ReportProgressOnce()
    {
        List<GenerationProgress> seen = [];

        _pipeline.Generate([Task("a"), Task(Cats(100))], new ProgressHandler(seen.Add));

        Assert.Equal(Enumerable.Range(1, 8), seen.Select(p => p.Step));
        Assert.All(seen, p => Assert.Equal((8, 2), (p.Steps, p.Images)));
        Assert.Equal(seen.Select(p => p.Elapsed).Order(), seen.Select(p => p.Elapsed));
    }

    [Fact]
    public void Generate_UnetForOneLength_TakesOneChunkOnly()
    {
        using StableDiffusionPipeline pipeline = new TinyModel { Sequence = 77 }.Load();
        pipeline.Generate([Task("a cat")]);
        pipeline.Generate([Task(Cats(100)) with { LongPrompts = LongPrompts.Truncate }]);

        ArgumentException error = Assert.Throws<ArgumentException>(() => pipeline.Generate([Task("a cat"), Task(Cats(100))]));

        Assert.Equal("LongPrompts", error.ParamName);
        Assert.Contains("154 tokens", error.Message, StringComparison.Ordinal);
        Assert.Contains("77 tokens only", error.Message, StringComparison.Ordinal);
        Assert.Contains("unet/model.onnx", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Generate_WrongWeight_NamesTheField()
    {
        GenerationTask task = Task("cat") with { PromptSyntax = PromptSyntax.Weighted, NegativePrompt = "(dog:1.2.3)" };

        Assert.Equal("NegativePrompt", Assert.Throws<ArgumentException>(() => _pipeline.Generate([task])).ParamName);
    }

    [Fact]
    public void Generate_ClipSkipOfAnEncoderThatIsNoTransformer_SaysWhy()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => _pipeline.Generate([Task("cat") with { ClipSkip = 1 }]));

        Assert.Equal("ClipSkip", error.ParamName);
        Assert.Contains("text_encoder/model.onnx", error.Message, StringComparison.Ordinal);
    }

    private static string Cats(int count) => string.Join(' ', Enumerable.Repeat("cat", count));

    private GenerationTask Task(string prompt) => _pipeline.CreateTask(prompt, seed: 1) with { LongPrompts = LongPrompts.Chunk };

    private List<float[]> Embeddings(GenerationTask task)
    {
        EmbeddingsProbe probe = new();
        _pipeline.GenerateObserved([task], null, probe, default);
        return probe.Batches;
    }

    private float[] Latents(GenerationTask task)
    {
        LatentsProbe probe = new();
        _pipeline.GenerateObserved([task], null, probe, default);
        return probe.Final;
    }
}
