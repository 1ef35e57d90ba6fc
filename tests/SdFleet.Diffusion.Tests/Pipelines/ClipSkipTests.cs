using SdFleet.Diffusion.Pipelines;
using SdFleet.Diffusion.Tests.Golden;
using SdFleet.Diffusion.Tokenization;
using SdFleet.ShapesModel;

namespace SdFleet.Diffusion.Tests.Pipelines;

/// <summary>Skipped layers and attention weights of the bundled model's text encoder, which is a CLIP of three layers.</summary>
public sealed class ClipSkipTests : IDisposable
{
    private const double Tolerance = 2e-5;
    private const string Prompt = "three small red stars on a yellow background";

    private readonly StableDiffusionPipeline _pipeline = StableDiffusionPipeline.Load(ShapesModelFolder.Path, new() { Threads = 1 });
    private readonly ClipTokenizer _tokenizer = ClipTokenizer.Load(Path.Combine(ShapesModelFolder.Path, "tokenizer"));
    private readonly ReferenceClipText _reference = new(ShapesModelFolder.Path);

    public void Dispose() => _pipeline.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Generate_ClipSkip_LeavesOutTheLastLayers(int skip)
    {
        double[] expected = [.. _reference.Encode(_tokenizer.EncodePrompt(Prompt).Ids.Span, skip).SelectMany(vector => vector)];

        Near.Absolute("embeddings", expected, Embeddings(Task(Prompt) with { ClipSkip = skip }), Tolerance);
    }

    [Fact]
    public void Generate_ClipSkipsInOneBatch_AreEachTasksOwn()
    {
        GenerationTask[] tasks = [.. Enumerable.Range(0, 3).Select(skip => Task(Prompt) with { ClipSkip = skip })];

        double[] together = Embeddings(tasks);

        Assert.Equal(tasks.SelectMany(task => Embeddings(task)), together);
    }

    [Theory]
    [InlineData(3, "0 to 2")]
    [InlineData(32, "0 to 31")]
    [InlineData(-1, "0 to 31")]
    public void Generate_MoreClipSkipThanLayers_IsRefused(int skip, string limits)
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => _pipeline.Generate([Task(Prompt) with { ClipSkip = skip }]));

        Assert.Equal("ClipSkip", error.ParamName);
        Assert.Contains(limits, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Generate_WeightedPrompt_ScalesTokensAndRestoresTheMean(int skip)
    {
        double[][] vectors = _reference.Encode(_tokenizer.EncodePrompt(Prompt).Ids.Span, skip);
        double mean = vectors.Average(vector => vector.Average());

        // "three (small red:1.5) [stars] ..."; the start token is the first.
        double[] weights = [1, 1, 1.5, 1.5, 1 / 1.1];
        double[][] weighed = [.. vectors.Select((vector, i) => vector.Select(v => v * (i < weights.Length ? weights[i] : 1)).ToArray())];
        double ratio = mean / weighed.Average(vector => vector.Average());

        double[] actual = Embeddings(Task("three (small red:1.5) [stars] on a yellow background") with
        {
            ClipSkip = skip,
            PromptSyntax = PromptSyntax.Weighted,
        });

        Near.Absolute("embeddings", [.. weighed.SelectMany(vector => vector).Select(v => v * ratio)], actual, Tolerance);
    }

    [Fact]
    public void Generate_SameWordsOtherwiseWeighed_AreNotRememberedAsTheSame()
    {
        GenerationTask plain = Task(Prompt);
        GenerationTask weighed = Task($"({Prompt}:1.3)") with { PromptSyntax = PromptSyntax.Weighted };
        double[] first = Embeddings(plain);
        double[] heavy = Embeddings(weighed);
        double[] skipped = Embeddings(plain with { ClipSkip = 1 });

        Assert.NotEqual(first, heavy);
        Assert.NotEqual(first, skipped);
        Assert.Equal(first, Embeddings(plain));
        Assert.Equal(heavy, Embeddings(weighed));
        Assert.Equal(skipped, Embeddings(plain with { ClipSkip = 1 }));
        Assert.NotEqual(heavy, Embeddings(weighed with { PromptSyntax = PromptSyntax.Plain }));
    }

    private static GenerationTask Task(string prompt) =>
        new() { Prompt = prompt, Width = 32, Height = 32, Steps = 1, GuidanceScale = 1, Scheduler = new() { Name = "ddim" } };

    private double[] Embeddings(params GenerationTask[] tasks)
    {
        EmbeddingsProbe probe = new();
        _pipeline.GenerateObserved(tasks, null, probe, default);
        return [.. Assert.Single(probe.Batches).Select(value => (double)value)];
    }
}
