using SdFleet.Cli.Batches;
using SdFleet.Cli.Output;
using SdFleet.Cli.Tests.Support;

namespace SdFleet.Cli.Tests.Batches;

public sealed class BatchFileTests
{
    [Fact]
    public async Task JsonLines_ComeAsTheyAre()
    {
        string[] lines = ["{\"prompt\":\"a\"}", "not JSON", "", "{\"prompt\": \"ü\",  \"steps\":3}"];

        Assert.Equal(lines, await LinesOf("a.jsonl", "\uFEFF" + string.Join("\r\n", lines) + "\r\n"));
        Assert.Equal(lines, await LinesOf("a.NDJSON", string.Join('\n', lines)));
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    [InlineData("\r")]
    public async Task JsonLines_OfAnyLengths_ComeAsTheyAre(string ending)
    {
        // Around the lengths in which files are read, so that each half of what ends a line comes first once.
        List<string> lines = [.. new[] { 0, 1, 4094, 4095, 4096, 32_764, 32_765, 32_766, 32_767, 32_768, 0, 0, 65_534, 65_535, 65_536, 300_000, 7 }.Select(length => new string('é', length))];

        Assert.Equal(lines, await LinesOf("a.jsonl", string.Join(ending, lines)));
        Assert.Equal(lines, await LinesOf("a.jsonl", string.Join(ending, lines) + ending));
        Assert.Equal(["", ""], await LinesOf("a.jsonl", ending + ending));
    }

    [Theory]
    [InlineData("a.jsonl")]
    [InlineData("a.txt")]
    public async Task Line_ThatNeverEnds_DoesNotReadTheWholeFile(string name)
    {
        var error = await Assert.ThrowsAsync<CliException>(() => LinesOf(name, "{}\n" + new string('x', 3_000_000)));

        Assert.Contains($"{name}, line 2, has more than 1048576 characters. Is it a list of jobs?", error.Message, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Usage, error.ExitCode);
    }

    [Fact]
    public async Task Text_IsAPromptALine()
    {
        Assert.Equal(
            ["{\"prompt\":\"a red circle\"}", "{\"prompt\":\"a \\\"big\\\" störe\"}"],
            await LinesOf("a.txt", "# mine\n\n  a red circle \r\n\t\n#x\na \"big\" störe"));
    }

    [Theory]
    [InlineData("prompt\na red circle\n", "{\"prompt\":\"a red circle\"}")]
    [InlineData("prompt,steps\n\"a \"\"red\"\" circle, large\",20\r\n", "{\"prompt\":\"a \\\"red\\\" circle, large\",\"steps\":20}")]
    [InlineData("prompt,steps\n\"two\nlines\",20", "{\"prompt\":\"two\\nlines\",\"steps\":20}")]
    [InlineData("Negative_Prompt,prompt,guidance-scale,Seed\n,x,7.5, 9 ", "{\"prompt\":\"x\",\"guidanceScale\":7.5,\"seed\":9}")]
    [InlineData("prompt;steps\na, b;5", "{\"prompt\":\"a, b\",\"steps\":5}")]
    [InlineData("prompt\tsteps\na;b\t5", "{\"prompt\":\"a;b\",\"steps\":5}")]
    [InlineData("\uFEFF\"prompt\",\"lane\"\nx,bulk", "{\"prompt\":\"x\",\"lane\":\"bulk\"}")]
    [InlineData("prompt,filter_blank,min-clip-similarity,redraws\nx,TRUE,0.2,3", "{\"prompt\":\"x\",\"filterBlank\":true,\"minClipSimilarity\":0.2,\"redraws\":3}")]
    [InlineData("prompt,filterBlank\nx,perhaps", "{\"prompt\":\"x\",\"filterBlank\":\"perhaps\"}")]
    [InlineData("prompt,steps,seed,guidance_scale\nx,20.0,9007199254740991.00,7.50", "{\"prompt\":\"x\",\"steps\":20,\"seed\":9007199254740991,\"guidanceScale\":7.50}")]
    [InlineData("prompt,steps\nx,20.5", "{\"prompt\":\"x\",\"steps\":20.5}")]
    [InlineData("prompt,steps\nx,many", "{\"prompt\":\"x\",\"steps\":\"many\"}")]
    [InlineData("prompt,steps\nx,1e999", "{\"prompt\":\"x\",\"steps\":\"1e999\"}")]
    [InlineData("prompt,steps\na, b,5", "a, b,5")]
    [InlineData("prompt,steps\nx", "x")]
    [InlineData("prompt,steps\na 5\" vase,5", "a 5\" vase,5")]
    [InlineData("prompt,steps\n\"a\" vase,5", "\"a\" vase,5")]
    [InlineData("prompt,steps\n\"open,5\nx,6", "\"open,5 x,6")]
    public async Task Csv_Row_IsAJob_OrComesAsItIs(string text, string expected)
    {
        Assert.Equal([expected], await LinesOf("a.csv", text));
    }

    [Fact]
    public async Task Csv_AfterARowThatIsWrong_GoesOn()
    {
        Assert.Equal(
            ["{\"prompt\":\"a\",\"steps\":1}", "b,2,3", "{\"prompt\":\"c\",\"steps\":4}"],
            await LinesOf("a.csv", "prompt,steps\na,1\nb,2,3\n\nc,4\n"));
    }

    [Theory]
    [InlineData("a.csv", "promt,steps\nx,1", "line 1, which names the columns: \"promt\" is not a field; \"prompt\" is missing. The fields are model, prompt")]
    [InlineData("a.csv", "prompt,id\nx,1", "\"id\" is not a field")]
    [InlineData("a.csv", "prompt,tenant\nx,1", "\"tenant\" is not a field")]
    [InlineData("a.csv", "prompt,Prompt\nx,1", "\"prompt\" is there 2 times")]
    [InlineData("a.csv", "", "\"prompt\" is missing")]
    [InlineData("a.docx", "x", "FILE is \"")]
    public void Open_Wrong_SaysWhat(string name, string text, string message)
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder.Of(name), text);

        var error = Assert.Throws<CliException>(() => BatchFile.Open(folder.Of(name)));

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Usage, error.ExitCode);
    }

    [Theory]
    [InlineData("a.txt")]
    [InlineData("a.jsonl")]
    [InlineData("a.csv")]
    public async Task Lines_OfLatin1_AreNotReadAsSomethingElse(string name)
    {
        using var folder = new TempFolder();
        File.WriteAllBytes(folder.Of(name), [.. "prompt\ncaf"u8, 0xE9, .. "\n"u8]);

        var error = await Assert.ThrowsAsync<CliException>(() => LinesOf(folder.Of(name)));

        Assert.Contains("is not UTF-8", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Csv_QuoteNeverClosed_DoesNotReadTheWholeFile()
    {
        var error = await Assert.ThrowsAsync<CliException>(() => LinesOf("a.csv", "prompt\n\"" + new string('x', 1_000_000)));

        Assert.Contains("a.csv, line 2: ", error.Message, StringComparison.Ordinal);
        Assert.Contains("Is a quote not closed?", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_NoFile_SaysWhatItMayBe()
    {
        var error = Assert.Throws<CliException>(() => BatchFile.Open("no-such.yaml"));

        Assert.Contains("FILE is \"no-such.yaml\", which is not there: .jsonl", error.Message, StringComparison.Ordinal);
    }

    private static async Task<List<string>> LinesOf(string name, string text)
    {
        using var folder = new TempFolder();
        await File.WriteAllTextAsync(folder.Of(name), text);
        return await LinesOf(folder.Of(name));
    }

    private static async Task<List<string>> LinesOf(string path)
    {
        var lines = new List<string>();
        await foreach (var line in BatchFile.Open(path).ReadLinesAsync(CancellationToken.None))
        {
            lines.Add(line);
        }

        return lines;
    }
}
