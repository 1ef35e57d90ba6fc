using System.Text.Json;
using SdFleet.Cli.Embedded;
using SdFleet.Cli.Tests.Support;
using SdFleet.Contracts;
using SdFleet.Contracts.Images;
using SdFleet.Diffusion.Imaging;

namespace SdFleet.Cli.Tests.Batches;

/// <summary>A specification with filters, from file to export.</summary>
public sealed class FilteredBatchTests
{
    private const double Least = 0.7;

    [Fact]
    public async Task Batch_WithFilters_ExportsWhatIsWantedAndAccountsForTheRest()
    {
        using var folder = new TempFolder();
        Directory.CreateDirectory(folder.Of("clip"));
        TinyClip.Write(folder.Of("clip"));
        await File.WriteAllTextAsync(folder.Of("filtered.yaml"), $$"""
            prompts: "a {red|green|blue|white} {circle|star|square}"
            seedsPerPrompt: 2
            steps: 1
            images: 2
            filters: {minClipSimilarity: {{Least}}, blank: true}
            redraw: {max: 2}
            """);
        await using var fleet = await EmbeddedFleet.StartAsync(new EmbeddedFleetOptions
        {
            DataFolder = folder.Of("data"),
            Settings = new Dictionary<string, string?> { ["SdFleet:Worker:Synthetic:Enabled"] = "true", ["SdFleet:Worker:ClipModel"] = folder.Of("clip") },
        });
        var server = fleet.Address.OriginalString;

        var plan = (await CliRun.Of("batch", "plan", folder.Of("filtered.yaml"), "--server", server)).Succeeded();
        var id = (await CliRun.Of("batch", "submit", folder.Of("filtered.yaml"), "--watch", "--server", server)).Succeeded().Lines[0];
        string[] dataset = ["--server", server, "--batch", id];
        var audit = (await CliRun.Of("batch", "audit", id, "--server", server)).Succeeded();
        (await CliRun.Of(["dataset", "export", .. dataset, "--format", "imagefolder", "--out", folder.Of("wanted")])).Succeeded();
        (await CliRun.Of(["dataset", "export", .. dataset, "--format", "imagefolder", "--out", folder.Of("all"), "--include-filtered"])).Succeeded();
        (await CliRun.Of(["dataset", "audit", .. dataset, "--export", folder.Of("wanted")])).Succeeded();
        (await CliRun.Of(["dataset", "page", .. dataset, "--out", folder.Of("page.html")])).Succeeded();
        var verified = (await CliRun.Of(["image", "verify", .. dataset, "--sample", "6"])).Succeeded();
        using var client = new HttpClient();
        var manifest = (await client.GetStringAsync(new Uri($"{server.TrimEnd('/')}/v1/batches/{id}/manifest")))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonSerializer.Deserialize<ManifestRecord>(line, ContractsJson.Options)!)
            .ToList();
        await fleet.StopAsync();

        // What the model draws is one colour, so what the scorer says of it follows from any pixel.
        var unwanted = manifest.Where(r => r.Image.Filtered is not null).ToList();
        Assert.Equal(48, manifest.Count);
        Assert.InRange(unwanted.Count, 1, 47);
        Assert.Contains(manifest, r => r.Image is { Filtered: null, Draws.Count: > 0 });
        foreach (var record in manifest)
        {
            var picture = PngReader.Read(await File.ReadAllBytesAsync(folder.Of("data", "images", record.Image.Artifact)));
            Assert.Equal(TinyClip.SimilarityOf(picture), record.Image.Scores!.ClipSimilarity!.Value, tolerance: 0.0002);
            Assert.Equal(record.Image.Scores.ClipSimilarity < Least, record.Image.Filtered == FilterReason.LowClipSimilarity);
            Assert.All(record.Image.Draws ?? [], d => Assert.True(d.Scores.ClipSimilarity < Least));
        }

        Assert.Contains("At most 144 are drawn", plan.Out, StringComparison.Ordinal);
        Assert.Contains("CLIP similarity of 0.7 or more, not blank, else drawn again, 2 times at most", plan.Out, StringComparison.Ordinal);
        Assert.Equal($"complete: 48 requested, 48 records, {48 - unwanted.Count} right, {unwanted.Count} filtered, 0 findings", audit.Lines.Single());
        Assert.Equal(48 - unwanted.Count, Directory.GetFiles(folder.Of("wanted"), "*.png", SearchOption.AllDirectories).Count(f => !f.EndsWith("samples.png", StringComparison.Ordinal)));
        Assert.Equal(48, Directory.GetFiles(folder.Of("all", "train"), "*.png", SearchOption.AllDirectories).Length);
        Assert.Equal(unwanted.Count, (await File.ReadAllLinesAsync(folder.Of("wanted", "absent.jsonl"))).Count(l => l.Contains("less than 0.7", StringComparison.Ordinal)));
        Assert.Equal("6 made again: 6 the same, 0 within 4 of 255, 0 not", verified.Lines[^1]);
        var page = await File.ReadAllTextAsync(folder.Of("page.html"));
        Assert.Contains("<h3>CLIP similarity", page, StringComparison.Ordinal);
        Assert.Contains($"<dt>low CLIP similarity</dt><dd><i class=\"trouble\" style=\"width:100%\"></i><b>{unwanted.Count}</b>", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Batch_AskingForSimilaritiesThatNoWorkerMeasures_IsRefusedLineByLineAndInThePlan()
    {
        using var folder = new TempFolder();
        await File.WriteAllTextAsync(folder.Of("filtered.yaml"), "prompts: x\nfilters: {minClipSimilarity: 0.2}\n");
        await using var fleet = await EmbeddedFleet.StartAsync(new EmbeddedFleetOptions
        {
            DataFolder = folder.Of("data"), Settings = new Dictionary<string, string?> { ["SdFleet:Worker:Synthetic:Enabled"] = "true" },
        });
        var server = fleet.Address.OriginalString;

        var plan = await CliRun.Of("batch", "plan", folder.Of("filtered.yaml"), "--server", server);
        var prompts = folder.Of("prompts.txt");
        await File.WriteAllTextAsync(prompts, "a circle\n");
        var submitted = await CliRun.Of("batch", "submit", prompts, "--min-clip-similarity", "0.2", "--server", server);
        await fleet.StopAsync();

        Assert.Equal((1, 2), (plan.ExitCode, submitted.ExitCode));
        const string Reason = "minClipSimilarity is 0.2: the workers of model shapes have no CLIP model to score pictures with";
        Assert.Contains(Reason, plan.Out, StringComparison.Ordinal);
        Assert.Contains(Reason, submitted.Error, StringComparison.Ordinal);
    }
}
