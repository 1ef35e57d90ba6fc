using System.Text.Json;
using SdFleet.Diffusion.Tokenization;

namespace SdFleet.Diffusion.Tests.Tokenization;

public class PromptChunkerTests
{
    private const int Embedding = 600;

    private static readonly ClipTokenizer Tiny = Load().With([new("<ti>", Embedding, 3)]);
    private static readonly PromptChunker Chunker = new(Tiny);

    [Fact]
    public void Cut_RecordedPrompts_GivesTheWebUisChunks()
    {
        Assert.NotEqual(0, A1111Prompts.Chunks.GetArrayLength());
        Assert.All(A1111Prompts.Chunks.EnumerateArray(), recorded =>
        {
            PromptSyntax syntax = recorded.GetProperty("weighted").GetBoolean() ? PromptSyntax.Weighted : PromptSyntax.Plain;
            PromptChunks actual = Cut(recorded.GetProperty("prompt").GetString()!, syntax);

            Assert.Equal(0, actual.DroppedTokens);
            JsonElement[] expected = [.. recorded.GetProperty("chunks").EnumerateArray()];
            Assert.Equal(expected.Select(chunk => chunk.GetProperty("tokens").GetString()), actual.Chunks.Select(Letters));
            Assert.All(expected.Zip(actual.Chunks), pair => CheckWeights(pair.First.GetProperty("weights"), pair.Second));
        });
    }

    [Fact]
    public void Cut_Chunk_IsBetweenStartAndEndAndPadded()
    {
        PromptChunks prompt = Cut("cat BREAK (cat:2)", PromptSyntax.Weighted);

        Assert.All(prompt.Chunks, chunk =>
        {
            Assert.Equal(77, chunk.Tokens.Ids.Length);
            Assert.Equal(3, chunk.Tokens.Length);
            int[] expected = [TinyTokenizer.Begin, TinyTokenizer.Cat, .. Enumerable.Repeat(TinyTokenizer.End, 75)];
            Assert.Equal(expected, chunk.Tokens.Ids.ToArray());
        });
        Assert.Null(prompt.Chunks[0].Weights);
        Assert.Equal([1, 2, 1], prompt.Chunks[1].Weights!.Take(3));
    }

    [Theory]
    [InlineData("(cat:2)", PromptSyntax.Plain)]
    [InlineData("cat, dog", PromptSyntax.Weighted)]
    public void Cut_PromptThatFitsAndWeighsNothing_IsThatOfTheTokenizer(string text, PromptSyntax syntax)
    {
        foreach (LongPrompts longPrompts in Enum.GetValues<LongPrompts>())
        {
            PromptChunk chunk = Assert.Single(Chunker.Cut(text, syntax, longPrompts, "Prompt").Chunks);

            Assert.Null(chunk.Weights);
            Assert.Equal(Tiny.EncodePrompt(text).Ids.ToArray(), chunk.Tokens.Ids.ToArray());
        }
    }

    [Theory]
    [InlineData(PromptSyntax.Plain, 80, 5)]
    [InlineData(PromptSyntax.Weighted, 75, 0)]
    [InlineData(PromptSyntax.Weighted, 80, 5)]
    public void Cut_Truncating_SaysHowMuchWasDropped(PromptSyntax syntax, int words, int dropped)
    {
        string text = string.Join(' ', Enumerable.Repeat("cat", words));

        Assert.Equal(dropped, Chunker.Cut(text, syntax, LongPrompts.Truncate, "Prompt").DroppedTokens);
    }

    [Fact]
    public void Cut_TruncatingAtABreak_DropsWhatFollows()
    {
        PromptChunks prompt = Chunker.Cut("(cat:2) BREAK dog cat", PromptSyntax.Weighted, LongPrompts.Truncate, "Prompt");

        Assert.Equal("c", Letters(Assert.Single(prompt.Chunks)));
        Assert.Equal(3, prompt.DroppedTokens);
    }

    [Fact]
    public void Cut_TooManyChunks_IsRefused()
    {
        string most = string.Concat(Enumerable.Repeat("cat BREAK ", PromptChunker.MaxChunks));

        Assert.Equal(PromptChunker.MaxChunks, Cut(most, PromptSyntax.Weighted).Chunks.Count);
        ArgumentException error = Assert.Throws<ArgumentException>(() => Cut(most + "cat", PromptSyntax.Weighted));
        Assert.Equal("Prompt", error.ParamName);
        Assert.Contains("20 chunks", error.Message, StringComparison.Ordinal);
    }

    private static PromptChunks Cut(string text, PromptSyntax syntax) => Chunker.Cut(text, syntax, LongPrompts.Chunk, "Prompt");

    private static string Letters(PromptChunk chunk) =>
        string.Concat(chunk.Tokens.Ids[1..(chunk.Tokens.Length - 1)].ToArray().Select(id => id switch
        {
            TinyTokenizer.Cat => 'c',
            TinyTokenizer.Cat + 1 => 'd',
            >= Embedding => (char)('0' + id - Embedding),
            _ => (char)(id % 256),
        }));

    private static void CheckWeights(JsonElement expected, PromptChunk chunk)
    {
        float[] weights = chunk.Weights is null ? [.. Enumerable.Repeat(1f, 77)] : [.. chunk.Weights];
        int at = 0;
        Assert.Equal(1, weights[at++]);
        foreach (JsonElement run in expected.EnumerateArray())
        {
            for (int i = 0; i < run[1].GetInt32(); i++)
            {
                Assert.Equal(run[0].GetDouble(), weights[at++], 1e-5);
            }
        }

        Assert.All(weights[at..], weight => Assert.Equal(1, weight));
    }

    private static ClipTokenizer Load()
    {
        using TemporaryFolder folder = TinyTokenizer.Write(new());
        return ClipTokenizer.Load(folder.Path);
    }
}
