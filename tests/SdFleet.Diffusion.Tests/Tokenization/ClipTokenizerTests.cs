using SdFleet.Diffusion.Tokenization;

namespace SdFleet.Diffusion.Tests.Tokenization;

public class ClipTokenizerTests
{
    private static readonly ClipTokenizer Tiny = Load();

    [Fact]
    public void Encode_WordWithMerges_JoinsInTheOrderOfTheList() =>
        Assert.Equal([TinyTokenizer.Cat], Tiny.Encode("cat"));

    [Fact]
    public void Encode_WordWithoutMerges_GivesOneIdAByte() =>
        Assert.Equal([TinyTokenizer.Inside('z'), TinyTokenizer.Last('y')], Tiny.Encode("zy"));

    [Theory]
    [InlineData("CAT")]
    [InlineData("  cat\t\n")]
    [InlineData("ca\u0074")]
    public void Encode_SameWordWrittenOtherwise_GivesTheSameIds(string text) =>
        Assert.Equal([TinyTokenizer.Cat], Tiny.Encode(text));

    [Theory]
    [InlineData("x's", new[] { 256 + 'x', '\'', 256 + 's' })]
    [InlineData("12", new[] { 256 + '1', 256 + '2' })]
    [InlineData("x!?y", new[] { 256 + 'x', '!', 256 + '?', 256 + 'y' })]
    [InlineData("!'s", new[] { '!', 256 + '\'', 256 + 's' })]
    public void Encode_MixedText_IsCutAsClipDoes(string text, int[] expected) => Assert.Equal(expected, Tiny.Encode(text));

    [Theory]
    [InlineData("cat<|startoftext|>cat")]
    [InlineData("cat <|STARTOFTEXT|> cat")]
    public void Encode_SpecialTokenInTheText_BecomesItsId(string text) =>
        Assert.Equal([TinyTokenizer.Cat, TinyTokenizer.Begin, TinyTokenizer.Cat], Tiny.Encode(text));

    [Fact]
    public void Encode_LoneSurrogate_BecomesTheReplacementCharacter() =>
        Assert.Equal(Tiny.Encode("a\uFFFDb"), Tiny.Encode("a\uD800b"));

    [Fact]
    public void EncodePrompt_ShortText_IsPaddedWithTheEndToken()
    {
        TokenizedPrompt prompt = Tiny.EncodePrompt("cat");

        Assert.Equal(77, prompt.Ids.Length);
        Assert.Equal(3, prompt.Length);
        Assert.Equal(0, prompt.DroppedTokens);
        Assert.Equal([TinyTokenizer.Begin, TinyTokenizer.Cat, TinyTokenizer.End, TinyTokenizer.End], prompt.Ids[..4].ToArray());
    }

    [Fact]
    public void EncodePrompt_LongText_IsCutAndSaysByHowMuch()
    {
        TokenizedPrompt prompt = Tiny.EncodePrompt(string.Join(' ', Enumerable.Repeat("cat", 80)));

        Assert.Equal(77, prompt.Length);
        Assert.Equal(5, prompt.DroppedTokens);
        Assert.Equal(TinyTokenizer.Cat, prompt.Ids.Span[^2]);
        Assert.Equal(TinyTokenizer.End, prompt.Ids.Span[^1]);
    }

    [Fact]
    public void EncodePrompt_PadTokenOfItsOwn_IsUsed()
    {
        using TemporaryFolder folder = TinyTokenizer.Write(new()).Write("special_tokens_map.json", """{ "pad_token": "!" }""");

        TokenizedPrompt prompt = ClipTokenizer.Load(folder.Path).EncodePrompt("cat");

        Assert.Equal(TinyTokenizer.End, prompt.Ids.Span[2]);
        Assert.Equal(TinyTokenizer.Inside('!'), prompt.Ids.Span[3]);
    }

    [Fact]
    public void Encode_VeryLongWord_TakesNoQuadraticTime() =>
        Assert.Equal(50_000, Tiny.Encode(new string('z', 50_000)).Count);

    private static ClipTokenizer Load()
    {
        using TemporaryFolder folder = TinyTokenizer.Write(new());
        return ClipTokenizer.Load(folder.Path);
    }
}
