using SdFleet.Cli.CommandLine;
using SdFleet.Cli.Embedded;
using SdFleet.Cli.Output;
using SdFleet.Fleet.Tests.Synthetic;
using SdFleet.ShapesModel;
using SdFleet.TestServers;

namespace SdFleet.Fleet.Tests.Datasets;

/// <summary>Two thousand pictures of the bundled model, from prompts to datasets that other programs read: on the embedded size, and on real servers.</summary>
public sealed class ShapesDatasetTests
{
    private const int Lines = 1000;
    private const int ImagesALine = 2;
    private const int Pictures = Lines * ImagesALine;

    private static readonly string[] Colors = ["red", "blue", "green", "yellow", "white"];
    private static readonly string[] Shapes = ["circle", "square", "triangle", "star"];

    [Fact]
    public async Task TwoThousandPictures_InOneProcess_AreReadBackByOthers()
    {
        var folder = Directory.CreateTempSubdirectory("sdfleet-shapes-").FullName;
        var data = Path.Combine(folder, "data");
        string id;
        await using (var fleet = await EmbeddedFleet.StartAsync(new EmbeddedFleetOptions { DataFolder = data }))
        {
            id = await MakeAsync(RunAsync, fleet.Address.OriginalString, folder);
            await fleet.StopAsync();
        }

        await AssertReadBackAsync(RunAsync, ["--data", data, "--batch", id], folder);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task TwoThousandPictures_OnRealServers_AreReadBackByOthers()
    {
        await using var container = (await AzuriteServer.GetAsync()).NameContainer();
        await using var fleet = await SyntheticFleet.StartAsync(
            container,
            ("SdFleet__Models__0__Path", ShapesModelFolder.Path),
            ("SdFleet__Models__0__DefaultWidth", "128"),
            ("SdFleet__Models__0__DefaultHeight", "128"),
            ("SdFleet__Worker__Synthetic__Enabled", "false"),
            ("SdFleet__Leases__RunLease", "00:00:30"),
            ("SdFleet__Leases__ReleaseLease", "00:10:00"));
        await fleet.StartWorkerAsync(TimeSpan.Zero);
        var server = (await fleet.StartApiAsync()).Address!.ToString();
        var folder = Directory.CreateTempSubdirectory("sdfleet-shapes-").FullName;

        // Pictures come from the container itself, as a machine of its own would read them.
        var account = new Dictionary<string, string?> { ["SdFleet__Artifacts__ConnectionString"] = container.ConnectionString };
        async Task<string> RunApartAsync(params string[] arguments)
        {
            await using var run = FleetProcess.Start("SdFleet.Cli", account, arguments);
            Assert.True(await run.WaitForExitAsync(TimeSpan.FromMinutes(9)) == 0, run.Tail());
            return string.Join('\n', run.Output);
        }

        var id = await MakeAsync(RunApartAsync, server, folder);
        await AssertReadBackAsync(RunApartAsync, ["--server", server, "--batch", id], folder);
        Directory.Delete(folder, recursive: true);
    }

    private static async Task<string> MakeAsync(Func<string[], Task<string>> run, string server, string folder)
    {
        var prompts = Path.Combine(folder, "shapes.jsonl");
        await File.WriteAllLinesAsync(prompts, Enumerable.Range(0, Lines).Select(i =>
            $"{{\"prompt\":\"a {Colors[i % 5]} {Shapes[i % 4]} on a black background, no. {i}\",\"images\":{ImagesALine},\"seed\":{1000 + (10 * i)},\"guidanceScale\":1}}"));

        // As little work a picture as the model can do: what is tried here comes after it.
        var submitted = await run(["batch", "submit", prompts, "--steps", "1", "--watch", "--server", server]);
        var id = submitted.Split('\n').Select(line => line.Trim()).First(line => Guid.TryParse(line, out _));
        Assert.Contains($"complete: {Pictures} requested, {Pictures} records, {Pictures} right, 0 findings", await run(["batch", "audit", id, "--server", server]), StringComparison.Ordinal);
        return id;
    }

    private static async Task AssertReadBackAsync(Func<string[], Task<string>> run, string[] batch, string folder)
    {
        string Of(string name) => Path.Combine(folder, name);
        foreach (var format in new[] { "webdataset", "imagefolder", "diffusiondb", "parquet" })
        {
            await run(["dataset", "export", .. batch, "--format", format, "--lines-per-shard", "300", "--out", Of(format)]);
            Assert.Contains($"{Pictures} right, 0 findings", await run(["dataset", "audit", .. batch, "--export", Of(format)]), StringComparison.Ordinal);
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
