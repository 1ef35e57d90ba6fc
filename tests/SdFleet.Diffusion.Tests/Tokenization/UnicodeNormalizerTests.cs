using SdFleet.Diffusion.Tokenization;

namespace SdFleet.Diffusion.Tests.Tokenization;

/// <summary>Cases of Unicode's NormalizationTest.txt and of Standard Annex 15.</summary>
public class UnicodeNormalizerTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("e\u0301", "\u00E9")]
    [InlineData("\u212B", "\u00C5")]
    [InlineData("\u1E0A\u0323", "\u1E0C\u0307")]
    [InlineData("\u1E9B\u0323", "\u1E9B\u0323")]
    [InlineData("q\u0307\u0323", "q\u0323\u0307")]
    [InlineData("\u0958", "\u0915\u093C")]
    [InlineData("\u0F73", "\u0F71\u0F72")]
    [InlineData("\u1100\u1161\u11A8", "\uAC01")]
    [InlineData("\uAC00\u11A7", "\uAC00\u11A7")]
    [InlineData("\uD834\uDD5E", "\uD834\uDD57\uD834\uDD65")]
    [InlineData("\uFA10", "\u585A")]
    [InlineData("\u0301x", "\u0301x")]
    [InlineData("a\u0300\u0301", "\u00E0\u0301")]
    [InlineData("a\u05AE\u0300\u0315b", "\u00E0\u05AE\u0315b")]
    public void ToFormC_Text_IsComposed(string text, string expected) => Assert.Equal(expected, UnicodeNormalizer.ToFormC(text));
}
