using System.Text;
using SdFleet.Cli.Generate;
using SdFleet.Cli.Tests.Support;
using SdFleet.Diffusion.Adapters;
using SdFleet.Diffusion.Imaging;

namespace SdFleet.Cli.Tests;

public sealed class LocalPromptsTests
{
    [Fact]
    public async Task Generate_PromptOptions_ChangeThePictureAndAreRecorded()
    {
        using var folder = new TempFolder();
        var embedding = WriteEmbedding(folder, "my-style.safetensors");
        string[] same =
            ["generate", "a (red circle:1.4) my-style BREAK on white", "--local", "--seed", "7", "--steps", "2", "--embedding", embedding];

        var plain = await PictureAsync(folder.Of("plain.png"), same);
        var skipped = await PictureAsync(folder.Of("skipped.png"), [.. same, "--clip-skip", "1"]);
        var weighted = await PictureAsync(
            folder.Of("weighted.png"), [.. same, "--clip-skip", "1", "--prompt-syntax", "weighted", "--long-prompts", "chunk"]);

        Assert.NotEqual(plain.Pixels, skipped.Pixels);
        Assert.NotEqual(skipped.Pixels, weighted.Pixels);
        Assert.Null(plain.Parameters["Clip skip"]);
        Assert.Null(plain.Parameters["Prompt syntax"]);
        Assert.Equal(("2", "weighted", "chunk"), (
            weighted.Parameters["Clip skip"], weighted.Parameters["Prompt syntax"], weighted.Parameters["Long prompts"]));
        Assert.Equal(plain.Parameters["Model hash"], weighted.Parameters["Model hash"]);
    }

    [Fact]
    public async Task Generate_LongPrompt_SaysWhatTheModelDidNotSee()
    {
        using var folder = new TempFolder();
        string[] same = ["generate", string.Join(' ', Enumerable.Repeat("red", 80)), "--local", "--steps", "1", "--out", folder.Path];

        var cut = (await CliRun.Of(same)).Succeeded();
        var whole = (await CliRun.Of([.. same, "--long-prompts", "chunk"])).Succeeded();

        Assert.Contains("did not see the last 5 tokens", cut.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("did not see", whole.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ClipSkip is 3; it must be within 0 to 2.", "--clip-skip", "3")]
    [InlineData("\"1.2.3\"", "--prompt-syntax", "weighted")]
    [InlineData("--prompt-syntax is \"a1111\": one of plain, weighted.", "--prompt-syntax", "a1111")]
    public async Task Generate_WrongValue_IsAUsageError(string expected, params string[] options)
    {
        var run = await CliRun.Of(["generate", "a (star:1.2.3)", "--local", "--steps", "1", .. options]);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains(expected, run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("style.pt", "run any program")]
    [InlineData("missing.safetensors", "missing.safetensors")]
    public async Task Generate_WrongEmbedding_SaysWhatIsWrong(string file, string expected)
    {
        var run = await CliRun.Of("generate", "a star", "--local", "--steps", "1", "--embedding", file);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("the embedding cannot be used", run.Error, StringComparison.Ordinal);
        Assert.Contains(expected, run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--embedding", "x.safetensors")]
    public async Task Generate_PromptOptionsForAFleet_AreRefused(string option, string value)
    {
        var run = await CliRun.Of("generate", "a star", option, value);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains($"{option} is for --local", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a.safetensors", "a.safetensors", null)]
    [InlineData("a.safetensors:word", "a.safetensors", "word")]
    [InlineData("C:\\a.safetensors", "C:\\a.safetensors", null)]
    [InlineData("a:b.SAFETENSORS:<c>", "a:b.SAFETENSORS", "<c>")]
    [InlineData("a.pt:word", "a.pt:word", null)]
    public void ParseEmbedding_FileAndToken_AreTold(string text, string path, string? token) =>
        Assert.Equal(new TextualInversion(path, token), LocalPrompts.ParseEmbedding(text));

    private static async Task<(byte[] Pixels, A1111Parameters Parameters)> PictureAsync(string file, string[] args)
    {
        (await CliRun.Of([.. args, "--out", file])).Succeeded();
        var png = await File.ReadAllBytesAsync(file);
        var text = PngReader.ReadTexts(png).Single(t => t.Keyword == A1111Parameters.Keyword).Text;
        return (PngReader.Read(png).Pixels.ToArray(), A1111Parameters.Parse(text));
    }

    private static string WriteEmbedding(TempFolder folder, string name)
    {
        const int Width = 96;
        var header = Encoding.UTF8.GetBytes(
            $$"""{ "emb_params": { "dtype": "F32", "shape": [1, {{Width}}], "data_offsets": [0, {{4 * Width}}] } }""");
        var values = Enumerable.Range(0, Width).SelectMany(i => BitConverter.GetBytes(0.2f * MathF.Sin(i)));
        File.WriteAllBytes(folder.Of(name), [.. BitConverter.GetBytes((long)header.Length), .. header, .. values]);
        return folder.Of(name);
    }
}
