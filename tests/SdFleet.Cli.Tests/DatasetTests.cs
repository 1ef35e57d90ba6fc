using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using SdFleet.Cli.Tests.Support;

namespace SdFleet.Cli.Tests;

/// <summary><c>sdfleet dataset</c> on what <c>sdfleet demo</c> leaves.</summary>
public sealed class DatasetTests(DatasetTests.DemoFixture demo) : IClassFixture<DatasetTests.DemoFixture>
{
    private const int Pictures = 5;

    [Fact]
    public async Task Export_OfTheDemo_IsAuditedAndReadBack()
    {
        using var folder = new TempFolder();
        string[] source = ["--manifest", demo.Manifest, "--lines", "5"];

        var export = (await CliRun.Of(["dataset", "export", .. source, "--format", "webdataset", "--out", folder.Of("set"), "--samples-per-shard", "2", "--license", "cc0-1.0"])).Succeeded();
        var again = (await CliRun.Of(["dataset", "export", .. source, "--format", "webdataset", "--out", folder.Of("set"), "--samples-per-shard", "2", "--license", "cc0-1.0"])).Succeeded();
        var audit = (await CliRun.Of(["dataset", "audit", .. source, "--export", folder.Of("set")])).Succeeded();

        Assert.Equal($"5 pictures in 3 shards, 3 of them sealed; 3 written now: {folder.Of("set")}", Assert.Single(export.Lines));
        Assert.Contains("0 written now", again.Out, StringComparison.Ordinal);
        Assert.Equal("complete: 5 requested, 5 records, 5 right, 0 findings", Assert.Single(audit.Lines));
        Assert.Equal(
            ["README.md", "SHA256SUMS", "absent.jsonl", "index.json", "samples.png", "shard-000000.tar", "shard-000001.tar", "shard-000002.tar"],
            Directory.GetFiles(folder.Of("set")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Export_OfAFleetsDataFolder_TakesItsArtifacts()
    {
        using var folder = new TempFolder();

        var export = (await CliRun.Of("dataset", "export", "--data", demo.Of("fleet"), "--format", "imagefolder", "--out", folder.Of("set"), "--final")).Succeeded();

        Assert.StartsWith("5 pictures in 1 shard, 1 of them sealed", export.Lines[0], StringComparison.Ordinal);
        Assert.Equal(Pictures, Directory.GetFiles(folder.Of("set", "train", "000000"), "*.png").Length);
    }

    [Fact]
    public async Task Verify_OfTheDemo_MakesThemAgainAndFindsTheOneThatIsAnother()
    {
        using var folder = new TempFolder();
        Directory.CreateDirectory(folder.Of("images"));
        foreach (var file in Directory.GetFiles(demo.Of("images")))
        {
            File.Copy(file, folder.Of("images", Path.GetFileName(file)));
        }

        // The first record now claims another seed than its picture was made with.
        var lines = await File.ReadAllLinesAsync(demo.Manifest);
        var record = JsonNode.Parse(lines[0])!;
        record["image"]!["seed"] = (long)record["image"]!["seed"]! + 1;
        lines[0] = record.ToJsonString();
        await File.WriteAllLinesAsync(folder.Of("manifest.jsonl"), lines);

        var run = await CliRun.Of("image", "verify", "--manifest", demo.Manifest, "--sample", "3");
        var changed = await CliRun.Of("image", "verify", "--manifest", folder.Of("manifest.jsonl"), "--sample", "5");

        Assert.Matches("^3 made again: [0-3] the same, [0-3] within 4 of 255, 0 not$", run.Succeeded().Lines[^1]);
        Assert.Equal(1, changed.ExitCode);
        Assert.StartsWith("line 1, index 0: differs by at most", changed.Lines[0], StringComparison.Ordinal);
        Assert.EndsWith(", 1 not", changed.Lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Audit_OfTheDemo_FindsWhatIsLostAndWhatIsExtra()
    {
        using var folder = new TempFolder();
        Directory.CreateDirectory(folder.Of("images"));
        File.Copy(demo.Manifest, folder.Of("manifest.jsonl"));
        foreach (var file in Directory.GetFiles(demo.Of("images")))
        {
            File.Copy(file, folder.Of("images", Path.GetFileName(file)));
        }

        string[] audit = ["dataset", "audit", "--manifest", folder.Of("manifest.jsonl"), "--lines", "6", "--repair", folder.Of("repair.jsonl")];
        var first = Directory.GetFiles(folder.Of("images")).Order(StringComparer.Ordinal).First();
        File.Move(first, folder.Of("images", "stray.png"));

        var run = await CliRun.Of(audit);
        var asJson = await CliRun.Of([.. audit, "--json"]);

        Assert.Equal(1, run.ExitCode);
        Assert.Equal(
            [
                $"line 1, index 0: MissingArtifact (there is no images/{Path.GetFileName(first)})",
                "line 6, index 0: MissingRecord",
                "no picture: ExtraArtifact (images/stray.png)",
                "NOT complete: 6 requested, 5 records, 4 right, 3 findings",
            ],
            run.Lines);
        Assert.Equal(["{\"line\":1,\"index\":0}", "{\"line\":6,\"index\":0}"], await File.ReadAllLinesAsync(folder.Of("repair.jsonl")));
        Assert.Equal(4, JsonNode.Parse(asJson.Out)!["right"]!.GetValue<int>());
    }

    [Fact]
    public async Task Page_OfTheDemo_NeedsNothingButItself()
    {
        using var folder = new TempFolder();
        await File.WriteAllLinesAsync(folder.Of("requested.jsonl"), Enumerable.Range(1, 6).Select(line => JsonSerializer.Serialize(
            line < 6 ? new { line, index = 0, absence = (string?)null, detail = (string?)null } : new { line, index = 0, absence = (string?)"failed", detail = (string?)"<out of memory>" })));

        (await CliRun.Of("dataset", "page", "--manifest", demo.Manifest, "--requested", folder.Of("requested.jsonl"), "--out", folder.Of("page.html"))).Succeeded();

        var page = await File.ReadAllTextAsync(folder.Of("page.html"));
        Assert.Equal(Pictures, Regex.Count(page, "<img src=\"data:image/png;base64,"));
        Assert.DoesNotMatch("(src|href)=\"(?!data:)", page);
        Assert.DoesNotContain("@import", page, StringComparison.Ordinal);
        Assert.DoesNotContain("url(", page, StringComparison.Ordinal);
        Assert.Contains("<dt>failed: &lt;out of memory&gt;</dt>", page, StringComparison.Ordinal);
        Assert.Contains("<b>6</b><span>pictures requested</span>", page, StringComparison.Ordinal);
        Assert.Contains("<b>0</b><span>not there yet</span>", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Say which dataset: --manifest, or --data", "export", "--format", "parquet", "--out", "x")]
    [InlineData("which is not there", "audit", "--manifest", "no-such-file")]
    [InlineData("--format is \"csv\": one of webdataset, imagefolder, diffusiondb, parquet", "export", "--manifest", "m", "--format", "csv", "--out", "x")]
    [InlineData("holds no fleet", "page", "--data", ".")]
    [InlineData("give one of them", "audit", "--manifest", "m", "--requested", "r", "--lines", "2")]
    [InlineData("--server goes with --batch", "audit", "--manifest", "m", "--server", "http://127.0.0.1:1")]
    [InlineData("--batch is \"x\": a batch's id looks like", "audit", "--data", ".", "--batch", "x")]
    public async Task Mistakes_AreAnsweredInWords(string expected, params string[] arguments)
    {
        var run = await CliRun.Of(["dataset", .. arguments]);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains(expected, run.Error, StringComparison.Ordinal);
    }

    /// <summary>A demo of a few pictures.</summary>
    public sealed class DemoFixture : IAsyncLifetime
    {
        private readonly string _folder = Directory.CreateTempSubdirectory("sdfleet-cli-").FullName;

        public string Manifest => Of("manifest.jsonl");

        public string Of(string name) => Path.Combine(_folder, "demo", name);

        public async Task InitializeAsync()
        {
            var prompts = Path.Combine(_folder, "prompts.txt");
            await File.WriteAllLinesAsync(prompts, Enumerable.Range(1, Pictures).Select(i => $"a red circle on a blue background {i}"));
            (await CliRun.Of("demo", "--prompts", prompts, "--out", Path.Combine(_folder, "demo"))).Succeeded();
        }

        public Task DisposeAsync()
        {
            Directory.Delete(_folder, recursive: true);
            return Task.CompletedTask;
        }
    }
}
