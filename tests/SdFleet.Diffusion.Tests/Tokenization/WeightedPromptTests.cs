using SdFleet.Diffusion.Tokenization;

namespace SdFleet.Diffusion.Tests.Tokenization;

public class WeightedPromptTests
{
    [Fact]
    public void Parse_RecordedPrompts_GivesTheWebUisSegments()
    {
        Assert.NotEqual(0, A1111Prompts.Segments.GetArrayLength());
        Assert.All(A1111Prompts.Segments.EnumerateArray(), recorded =>
        {
            (string, double)[] expected = [.. recorded.EnumerateArray().Skip(1).Select(s => (s[0].GetString()!, s[1].GetDouble()))];
            IReadOnlyList<PromptSegment> actual = Parse(recorded[0].GetString()!);
            Assert.Equal(expected.Select(s => s.Item1), actual.Select(s => s.Text));
            Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First.Item2, pair.Second.Weight, 1e-9));
            Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First == ("BREAK", -1), pair.Second.IsBreak));
        });
    }

    [Theory]
    [InlineData("(a:1.2.3)", "\"1.2.3\"")]
    [InlineData("(a:.)", "\".\"")]
    [InlineData("(a:101)", "101")]
    [InlineData("(a:-101)", "-100 to 100")]
    [InlineData("((a:20):20)", "400")]
    public void Parse_WrongWeight_NamesFieldAndValue(string text, string expected)
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => Parse(text));

        Assert.Equal("Prompt", error.ParamName);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_ManyBrackets_TakesNoLongTime()
    {
        string text = string.Concat(Enumerable.Repeat("[a", 10_000)) + new string(')', 10_000);

        Assert.Equal(20_000, Parse(text).Sum(segment => segment.Text.Length));
    }

    private static IReadOnlyList<PromptSegment> Parse(string text) => WeightedPrompt.Parse(text, "Prompt");
}
