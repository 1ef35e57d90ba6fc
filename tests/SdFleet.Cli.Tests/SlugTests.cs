using SdFleet.Cli.Generate;

namespace SdFleet.Cli.Tests;

public sealed class SlugTests
{
    [Theory]
    [InlineData("A red circle, on blue!", "a-red-circle-on-blue")]
    [InlineData("../../etc/passwd", "etc-passwd")]
    [InlineData("日本", "picture")]
    [InlineData("", "picture")]
    [InlineData("one two three four five six seven eight nine ten eleven twelve", "one-two-three-four-five-six-seven-eight-nine-ten-eleven")]
    public void Of_AnyText_IsAFileName(string text, string slug) => Assert.Equal(slug, Slug.Of(text));

    [Fact]
    public void Of_OneLongWord_IsCut() => Assert.Equal(60, Slug.Of(new string('x', 500)).Length);
}
