using SdFleet.Diffusion.Tokenization;

namespace SdFleet.Diffusion.Tests.Tokenization;

public class ClipTokenizerFilesTests
{
    [Theory]
    [InlineData("vocab.json", "{\n\"a\": 0,\n\"b\": -1\n}", "vocab.json, line 3")]
    [InlineData("vocab.json", "{\n\"a\": 0,\n\"b\": \"x\"\n}", "vocab.json, line 3")]
    [InlineData("vocab.json", "{\n\"a\": 0,\n\"b\": 0\n}", "vocab.json, line 3")]
    [InlineData("vocab.json", "{\n\"a\": 0,\n\"b\"\n}", "vocab.json, line 4")]
    [InlineData("vocab.json", "[]", "vocab.json")]
    [InlineData("vocab.json", "{ \"a\": 0 }", "the bos_token \"<|startoftext|>\"")]
    [InlineData("merges.txt", "#version: 0.2\nc a\nca\n", "merges.txt, line 3")]
    [InlineData("merges.txt", "#version: 0.2\nc a\nc a t\n", "merges.txt, line 3")]
    [InlineData("merges.txt", "#version: 0.2\nc a\nqq a\n", "merges.txt, line 3")]
    [InlineData("tokenizer_config.json", "{ \"model_max_length\": 2 }", "tokenizer_config.json")]
    [InlineData("tokenizer_config.json", "{ \"eos_token\": \"nothing\" }", "the eos_token \"nothing\"")]
    [InlineData("special_tokens_map.json", "[]", "special_tokens_map.json")]
    public void Load_WrongFile_NamesFileAndLine(string file, string content, string expected)
    {
        using TemporaryFolder folder = TinyTokenizer.Write(new()).Write(file, content);

        ModelFormatException error = Assert.Throws<ModelFormatException>(() => ClipTokenizer.Load(folder.Path));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_MissingFile_NamesIt()
    {
        using TemporaryFolder folder = TinyTokenizer.Write(new());
        File.Delete(folder["merges.txt"]);

        ModelFormatException error = Assert.Throws<ModelFormatException>(() => ClipTokenizer.Load(folder.Path));
        Assert.EndsWith("merges.txt", error.File, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_OnlyTokenizerJson_GivesTheSameIds()
    {
        using TemporaryFolder folder = TinyTokenizer.Write(new());
        IReadOnlyList<int> expected = ClipTokenizer.Load(folder.Path).Encode("cat dog");
        folder.Write("tokenizer.json", $$"""
            { "model": { "type": "BPE", "vocab": {{File.ReadAllText(folder["vocab.json"])}},
              "merges": ["c a", ["a", "t</w>"], "ca t</w>", "d o"] }, "added_tokens": [{ "id": 516, "content": "<|startoftext|>" }] }
            """);
        File.Delete(folder["vocab.json"]);
        File.Delete(folder["merges.txt"]);

        Assert.Equal(expected, ClipTokenizer.Load(folder.Path).Encode("cat dog"));
    }

    [Theory]
    [InlineData("""{ "model": { "vocab": { "a": 0 }, "merges": [1] } }""", "merge 1")]
    [InlineData("""{ "model": { "vocab": { "a": 0 }, "merges": [] }, "added_tokens": [{ "id": "x" }] }""", "added_tokens")]
    [InlineData("""{ "model": { "merges": [] } }""", "vocab and merges")]
    public void Load_WrongTokenizerJson_SaysWhatIsWrong(string content, string expected)
    {
        using TemporaryFolder folder = new TemporaryFolder()
            .Write("tokenizer.json", content)
            .Write("special_tokens_map.json", """{ "bos_token": "a", "eos_token": "a" }""");

        ModelFormatException error = Assert.Throws<ModelFormatException>(() => ClipTokenizer.Load(folder.Path));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_UnlimitedModelMaxLength_Is77()
    {
        using TemporaryFolder folder = TinyTokenizer.Write(new())
            .Write("tokenizer_config.json", """{ "model_max_length": 1000000000000000019884624838656 }""");

        Assert.Equal(77, ClipTokenizer.Load(folder.Path).MaxLength);
    }
}
