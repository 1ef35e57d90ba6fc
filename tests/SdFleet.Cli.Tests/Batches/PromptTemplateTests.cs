using SdFleet.Cli.Batches.Specification;

namespace SdFleet.Cli.Tests.Batches;

public sealed class PromptTemplateTests
{
    private static readonly Dictionary<string, IReadOnlyList<string>> Lists = new(StringComparer.Ordinal)
    {
        ["color"] = ["red", "blue"],
        ["shape"] = ["circle", "star", "square"],
    };

    [Theory]
    [InlineData("a circle", "a circle")]
    [InlineData("a {color} {shape}", "a red circle|a red star|a red square|a blue circle|a blue star|a blue square")]
    [InlineData("{color} on {color}", "red on red|blue on blue")]
    [InlineData("{color} on {color:2}", "red on red|red on blue|blue on red|blue on blue")]
    [InlineData("{a |}{color}", "a red|a blue|red|blue")]
    [InlineData("{x|y}{x|y}", "xx|xy|yx|yy")]
    [InlineData("{{{color}}}", "{red}|{blue}")]
    [InlineData("{{color}}", "{color}")]
    public void Fill_EveryCombination_LastSlotFastest(string text, string expected)
    {
        var template = PromptTemplate.Parse(text, Lists, [])!;

        var prompts = Enumerable.Range(0, (int)template.Combinations).Select(i => template.Fill((UInt128)i)).ToList();

        Assert.Equal(expected.Split('|'), prompts);
        Assert.Equal(prompts.Min(p => p.Length), template.ShortestLength);
        Assert.Equal(prompts.Max(p => p.Length), template.LongestLength);
    }

    [Theory]
    [InlineData("a {colour} circle", "{colour} names no list: the lists are color, shape")]
    [InlineData("a {} circle", "{} names no list")]
    [InlineData("a {color circle", "the { at character 3 is not closed before the end")]
    [InlineData("a {big {color}|small}", "the { at character 3 is not closed before another one")]
    [InlineData("a } circle", "the } at character 3 closes nothing")]
    public void Parse_Wrong_SaysWhere(string text, string message)
    {
        var errors = new List<string>();

        Assert.Null(PromptTemplate.Parse(text, Lists, errors));
        Assert.Contains(message, Assert.Single(errors), StringComparison.Ordinal);
    }

    [Fact]
    public void Combinations_OfMoreThanCanBeCounted_StopAtTheLargestNumber()
    {
        var template = PromptTemplate.Parse(string.Concat(Enumerable.Repeat("{a|b}", 130)), Lists, [])!;

        Assert.Equal(UInt128.MaxValue, template.Combinations);
    }
}
