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

    // The files of stable-diffusion-2-1/tokenizer, where the map alone knows the padding, and of SDXL's tokenizer_2, of the newer kind. The
    // ids are those that diffusers gives for "! !! !!!" (its issue 4153): each mark is taken for the padding token.
    [Theory]
    [InlineData(
        """
        { "add_prefix_space": false, "bos_token": { "__type": "AddedToken", "content": "<|startoftext|>", "normalized": true },
          "eos_token": { "__type": "AddedToken", "content": "<|endoftext|>", "normalized": true }, "do_lower_case": true,
          "model_max_length": 77, "pad_token": "<|endoftext|>", "tokenizer_class": "CLIPTokenizer",
          "unk_token": { "__type": "AddedToken", "content": "<|endoftext|>", "normalized": true } }
        """,
        """
        { "bos_token": { "content": "<|startoftext|>", "normalized": true }, "eos_token": { "content": "<|endoftext|>", "normalized": true },
          "pad_token": "!", "unk_token": { "content": "<|endoftext|>", "normalized": true } }
        """)]
    [InlineData(
        """
        { "added_tokens_decoder": { "0": { "content": "!", "normalized": false, "special": true },
            "49406": { "content": "<|startoftext|>", "normalized": true, "special": true },
            "49407": { "content": "<|endoftext|>", "normalized": true, "special": true } },
          "bos_token": "<|startoftext|>", "eos_token": "<|endoftext|>", "pad_token": "!", "unk_token": "<|endoftext|>",
          "model_max_length": 77, "tokenizer_class": "CLIPTokenizer" }
        """,
        """{ "pad_token": "<|endoftext|>" }""")]
    public void EncodePrompt_FilesOfStableDiffusion2_GivesDiffusersIds(string config, string map)
    {
        using TemporaryFolder folder = TinyTokenizer.Write(new())
            .Write("tokenizer_config.json", config)
            .Write("special_tokens_map.json", map);
        ClipTokenizer tokenizer = ClipTokenizer.Load(folder.Path);
        int pad = TinyTokenizer.Inside('!');

        int[] ids = tokenizer.EncodePrompt("cat! !! !!!").Ids.ToArray();

        Assert.Equal(pad, tokenizer.PadId);
        Assert.Equal([TinyTokenizer.Begin, TinyTokenizer.Cat, .. Enumerable.Repeat(pad, 6), TinyTokenizer.End, pad, pad], ids[..11]);
        Assert.Equal(pad, ids[^1]);
    }

    [Fact]
    public void EncodePrompt_PaddedWithTheEndToken_LeavesExclamationMarksToTheWords() =>
        Assert.Equal([TinyTokenizer.Cat, TinyTokenizer.Inside('!'), TinyTokenizer.Last('!')], Tiny.Encode("cat!!"));

    [Theory]
    [InlineData("my-style", new[] { 900, 901 })]
    [InlineData("MY-Style", new[] { 900, 901 })]
    [InlineData("cat,my-style.", new[] { TinyTokenizer.Cat, 256 + ',', 900, 901, 256 + '.' })]
    [InlineData("cat my-styles", new[] { TinyTokenizer.Cat, 'm', 256 + 'y', 256 + '-', 's', 't', 'y', 'l', 'e', 256 + 's' })]
    [InlineData("amy-style", new[] { 'a', 'm', 256 + 'y', 256 + '-', 's', 't', 'y', 'l', 256 + 'e' })]
    [InlineData("my-style-2", new[] { 902 })]
    [InlineData("<x>cat<x>", new[] { 903, TinyTokenizer.Cat, 903 })]
    [InlineData("amy-style my-style", new[] { 'a', 'm', 256 + 'y', 256 + '-', 's', 't', 'y', 'l', 256 + 'e', 900, 901 })]
    public void Encode_AddedToken_IsFoundWhereItStandsAlone(string text, int[] expected)
    {
        ClipTokenizer tokenizer = Tiny.With([new("my-style", 900, 2), new("My-style-2", 902, 1), new("<x>", 903, 1)]);

        Assert.Equal(expected, tokenizer.Encode(text));
        Assert.Equal(2, tokenizer.PlacesOf(900));
        Assert.Equal(1, tokenizer.PlacesOf(TinyTokenizer.Cat));
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
