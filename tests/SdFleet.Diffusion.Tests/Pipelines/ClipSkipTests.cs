using SdFleet.Diffusion.Pipelines;
using SdFleet.Diffusion.Tests.Golden;
using SdFleet.Diffusion.Tokenization;
using SdFleet.ShapesModel;

namespace SdFleet.Diffusion.Tests.Pipelines;

/// <summary>Skipped layers and attention weights of the bundled model's text encoder, which is a CLIP of three layers.</summary>
public sealed class ClipSkipTests(BundledModel model) : IClassFixture<BundledModel>
{
    private const double Tolerance = 2e-5;
    private const string Prompt = "three small red stars on a yellow background";

    private readonly ReferenceClipText _reference = new(ShapesModelFolder.Path);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Generate_ClipSkip_LeavesOutTheLastLayers(int skip)
    {
        double[] expected = [.. _reference.Encode(model.Tokenizer.EncodePrompt(Prompt).Ids.Span, skip).SelectMany(vector => vector)];

        Near.Absolute("embeddings", expected, Embeddings(Task(Prompt) with { ClipSkip = skip }), Tolerance);
    }

    // The rows of the negative prompts come first.
    [Theory]
    [InlineData(PromptSyntax.Plain, 0)]
    [InlineData(PromptSyntax.Weighted, 1)]
    public void Generate_ClipSkipWithGuidance_IsTheNegativePromptsInTheWebUisSyntaxOnly(PromptSyntax syntax, int negative)
    {
        const string Unwanted = "a blue square";
        double[] expected =
        [
            .. _reference.Encode(model.Tokenizer.EncodePrompt(Unwanted).Ids.Span, negative).SelectMany(vector => vector),
            .. _reference.Encode(model.Tokenizer.EncodePrompt(Prompt).Ids.Span, 1).SelectMany(vector => vector),
        ];

        double[] actual = Embeddings(
            Task(Prompt) with { NegativePrompt = Unwanted, GuidanceScale = 2, ClipSkip = 1, PromptSyntax = syntax });

        Near.Absolute("embeddings", expected, actual, Tolerance);
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
        ArgumentException error = Assert.Throws<ArgumentException>(() => model.Pipeline.Generate([Task(Prompt) with { ClipSkip = skip }]));

        Assert.Equal("ClipSkip", error.ParamName);
        Assert.Contains(limits, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Generate_WeightedPrompt_ScalesTokensAndRestoresTheMean(int skip)
    {
        double[][] vectors = _reference.Encode(model.Tokenizer.EncodePrompt(Prompt).Ids.Span, skip);
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

    private static GenerationTask Task(string prompt) => BundledModel.Task(prompt);

    private double[] Embeddings(params GenerationTask[] tasks) => BundledModel.Embeddings(model.Pipeline, tasks);
}
