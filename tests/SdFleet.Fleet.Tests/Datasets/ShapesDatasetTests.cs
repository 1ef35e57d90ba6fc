using SdFleet.Cli.CommandLine;
using SdFleet.Cli.Embedded;
using SdFleet.Cli.Output;

namespace SdFleet.Fleet.Tests.Datasets;

/// <summary>Two thousand pictures of the bundled model on the embedded size, from prompts to datasets that other programs read.</summary>
public sealed class ShapesDatasetTests
{
    private const int Lines = 1000;
    private const int ImagesALine = 2;
    private const int Pictures = Lines * ImagesALine;

    private static readonly string[] Colors = ["red", "blue", "green", "yellow", "white"];
    private static readonly string[] Shapes = ["circle", "square", "triangle", "star"];

    [Fact]
    public async Task TwoThousandPictures_AsEveryFormat_AreReadBackByOthers()
    {
        var folder = Directory.CreateTempSubdirectory("sdfleet-shapes-").FullName;
        string Of(string name) => Path.Combine(folder, name);
        await File.WriteAllLinesAsync(Of("shapes.jsonl"), Enumerable.Range(0, Lines).Select(i =>
            $"{{\"prompt\":\"a {Colors[i % 5]} {Shapes[i % 4]} on a black background, no. {i}\",\"images\":{ImagesALine},\"seed\":{1000 + (10 * i)},\"guidanceScale\":1}}"));
        string id;
        await using (var fleet = await EmbeddedFleet.StartAsync(new EmbeddedFleetOptions { DataFolder = Of("data") }))
        {
            // As little work a picture as the model can do: what is tried here comes after it.
            var submitted = await RunAsync(
                "batch", "submit", Of("shapes.jsonl"), "--steps", "1", "--watch", "--server", fleet.Address.OriginalString);
            id = submitted.Split('\n')[0].Trim();
            Assert.Contains($"complete: {Pictures} requested, {Pictures} records, {Pictures} right, 0 findings", await RunAsync("batch", "audit", id, "--server", fleet.Address.OriginalString), StringComparison.Ordinal);
            await fleet.StopAsync();
        }

        string[] batch = ["--data", Of("data"), "--batch", id];
        foreach (var format in new[] { "webdataset", "imagefolder", "diffusiondb", "parquet" })
        {
            await RunAsync(["dataset", "export", .. batch, "--format", format, "--lines-per-shard", "300", "--out", Of(format)]);
            Assert.Contains($"{Pictures} right, 0 findings", await RunAsync(["dataset", "audit", .. batch, "--export", Of(format)]), StringComparison.Ordinal);
            Assert.DoesNotContain("FAILED", await ForeignReader.RunAsync(Of(format), "sha256sum", "--check", "--strict", "SHA256SUMS"), StringComparison.Ordinal);
        }

        Assert.Equal(Pictures, await ForeignReader.CheckSamplesAsync(Of("webdataset"), Of("unpacked")));
        Assert.Equal(Pictures, await ForeignReader.CheckPartsAsync(Of("diffusiondb")));
        var read = await ForeignReader.NodeAsync("imagefolder", Of("imagefolder"));
        Assert.Empty(read["errors"]!.AsArray());
        var texts = read["splits"]!["train"]!.AsArray().Select(r => r!["text"]!.GetValue<string>()).ToList();
        Assert.Equal((Pictures, Lines), (texts.Count, texts.Distinct().Count()));
        var digests = new List<string>();
        foreach (var table in Directory.GetFiles(Path.Combine(Of("parquet"), "data")).Order(StringComparer.Ordinal))
        {
            digests.AddRange((await ForeignReader.NodeAsync("parquet", table))["rows"]!.AsArray().Select(r => r!["sha256"]!.GetValue<string>()));
        }

        Assert.Equal(read["splits"]!["train"]!.AsArray().Select(r => r!["sha256"]!.GetValue<string>()), digests);
        Directory.Delete(folder, recursive: true);
    }

    private static async Task<string> RunAsync(params string[] arguments)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(10));
        var (output, error) = (new StringWriter(), new StringWriter());
        var console = new CliConsole { Out = TextWriter.Synchronized(output), Error = TextWriter.Synchronized(error) };
        var exitCode = await SdFleetCommand.RunAsync(arguments, console, patience.Token);
        Assert.True(exitCode == 0, $"exit code {exitCode}\n{error}\n{output}");
        return output.ToString();
    }
}
