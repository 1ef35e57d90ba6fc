using System.Text.RegularExpressions;
using SdFleet.ShapesModel.Tests.Worlds;

namespace SdFleet.ShapesModel.Tests;

/// <summary>Whether the prompts the model is judged by are the examination they are taken for.</summary>
public sealed class HeldOutPromptsTests
{
    private static readonly World World = World.Shapes128;
    private static readonly IReadOnlyList<HeldOutPrompt> Prompts = World.HeldOutPrompts;

    public static TheoryData<string> Words => [.. World.Colors.Keys.Concat(World.Shapes)];

    [Fact]
    public void Prompts_AreManyAndAllDifferent()
    {
        Assert.True(Prompts.Count >= 96);
        Assert.Equal(Prompts.Count, Prompts.Select(prompt => prompt.Seed).Distinct().Count());
        Assert.Equal(Prompts.Count, Prompts.Select(prompt => (prompt.Prompt, prompt.Seed)).Distinct().Count());
    }

    [Fact]
    public void Prompts_EachShowAFinalTripleAndNoMonitoredOne()
    {
        var final = World.HeldOut.Final.Select(Key).ToHashSet();

        Assert.Empty(final.Intersect(World.HeldOut.Monitor.Select(Key)));
        Assert.All(Prompts, prompt => Assert.Contains(Key([prompt.Shape, prompt.Color, prompt.Ground]), final));
    }

    [Fact]
    public void Prompts_ShowEveryFinalTripleSeveralTimes()
    {
        Assert.All(World.HeldOut.Final, triple =>
            Assert.True(Prompts.Count(prompt => Key([prompt.Shape, prompt.Color, prompt.Ground]) == Key(triple)) >= 4, Key(triple)));
    }

    // Each held-out triple was put together from words that were taught: no word is met for the first time.
    [Theory]
    [MemberData(nameof(Words))]
    public void HeldOutTriples_LeaveEachWordToTheTraining(string word)
    {
        var triples =
            from shape in World.Shapes
            from color in World.Colors.Keys
            from ground in World.Colors.Keys
            where color != ground && (shape == word || color == word || ground == word)
            select Key([shape, color, ground]);
        var heldOut = World.HeldOut.Final.Concat(World.HeldOut.Monitor).Select(Key).ToArray();

        Assert.InRange(triples.Count(heldOut.Contains), 0, triples.Count() / 4);
    }

    // The judge goes by the facts, the model by the text; they must be about the same picture.
    [Fact]
    public void Prompts_SayInWordsWhatTheirFactsSay()
    {
        Assert.All(Prompts, prompt =>
        {
            var text = prompt.Prompt;
            Assert.Matches($@"\b{prompt.Color} {prompt.Shape}s?\b", text);
            // A place may come after the ground: "on orange in the bottom left".
            Assert.Matches($@"\b{prompt.Ground}( background| ground|$)|\bon {prompt.Ground} ", text);
            Assert.Equal(prompt.Count, Named(text, World.Captions.CountWords, "1") is { } count ? int.Parse(count) : 0);
            Assert.Equal(prompt.Size, Named(text, World.Captions.SizeWords, null));
            Assert.Equal(prompt.Position, PositionIn(text));
        });
    }

    private static string? PositionIn(string text)
    {
        var phrases = World.Captions.PositionPhrases.Keys.ToDictionary(
            cell => cell,
            cell => World.Captions.PositionPhrases[cell].Concat(World.Captions.PositionBare.GetValueOrDefault(cell, [cell])).ToArray());
        return Named(text, phrases, null);
    }

    // The name of the longest word or phrase in the text: "top left" is no "top".
    private static string? Named(string text, IReadOnlyDictionary<string, string[]> words, string? otherwise) =>
        words
            .SelectMany(name => name.Value.Select(word => (name.Key, Word: word)))
            .Where(name => name.Key != otherwise && Regex.IsMatch(text, $@"(?<![\w-]){Regex.Escape(name.Word)}(?![\w-])"))
            .OrderByDescending(name => name.Word.Length)
            .Select(name => name.Key)
            .FirstOrDefault() ?? otherwise;

    private static string Key(string[] triple) => string.Join(' ', triple);
}
