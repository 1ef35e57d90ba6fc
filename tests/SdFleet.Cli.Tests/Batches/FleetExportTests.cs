using SdFleet.Cli.Embedded;
using SdFleet.Cli.Tests.Support;

namespace SdFleet.Cli.Tests.Batches;

/// <summary><c>sdfleet dataset export --on-fleet</c>: the fleet writes what the command would write.</summary>
public sealed class FleetExportTests
{
    [Fact]
    public async Task Export_OnTheFleet_IsTheOneOfTheCommand()
    {
        using var folder = new TempFolder();
        await File.WriteAllLinesAsync(folder.Of("shapes.jsonl"), Enumerable.Range(1, 12).Select(i => i == 4 ? "not json" : $"{{\"prompt\":\"circle {i}\"}}"));
        await using var fleet = await EmbeddedFleet.StartAsync(new EmbeddedFleetOptions
        {
            DataFolder = folder.Of("data"),
            Settings = new Dictionary<string, string?> { ["SdFleet:Worker:Synthetic:Enabled"] = "true", ["SdFleet:Exports:Interval"] = "00:00:00.1" },
        });
        var server = fleet.Address.OriginalString;
        var id = (await CliRun.Of("batch", "submit", folder.Of("shapes.jsonl"), "--steps", "1", "--watch", "--server", server)).Lines[0];
        string[] export = ["dataset", "export", "--batch", id, "--server", server, "--format", "webdataset", "--lines-per-shard", "5"];

        var run = (await CliRun.Of([.. export, "--on-fleet", "--export-name", "shapes"])).Succeeded();
        var again = (await CliRun.Of([.. export, "--on-fleet", "--export-name", "shapes"])).Succeeded();
        (await CliRun.Of([.. export, "--out", folder.Of("set")])).Succeeded();

        var place = folder.Of("data", "images", "batches", id, "exports", "shapes");
        Assert.Equal([$"11 pictures in 3 shards, 3 of them sealed; 3 written now: {place}", "absent: 1 rejected"], run.Lines);
        Assert.Contains("3 of them sealed; 0 written now", again.Out, StringComparison.Ordinal);
        foreach (var file in new[] { "index.json", "SHA256SUMS", "absent.jsonl", "shard-000000.tar", "shard-000002.tar", "README.md", "samples.png" })
        {
            Assert.Equal(await File.ReadAllBytesAsync(folder.Of("set", file)), await File.ReadAllBytesAsync(Path.Combine(place, file)));
        }

        (await CliRun.Of("dataset", "audit", "--batch", id, "--server", server, "--export", place)).Succeeded();
        var conflict = await CliRun.Of("dataset", "export", "--batch", id, "--server", server, "--format", "parquet", "--on-fleet", "--export-name", "shapes");
        Assert.Equal(1, conflict.ExitCode);
        Assert.Contains("has an export shapes of another format", conflict.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Export_ToAPlace_IsWrittenThere_AndWhatIsNotAllowedIsToldWithWhatIs()
    {
        using var folder = new TempFolder();
        await File.WriteAllLinesAsync(folder.Of("shapes.txt"), ["a circle", "a star"]);
        await using var fleet = await EmbeddedFleet.StartAsync(new EmbeddedFleetOptions
        {
            DataFolder = folder.Of("data"),
            Settings = new Dictionary<string, string?>
            {
                ["SdFleet:Worker:Synthetic:Enabled"] = "true", ["SdFleet:Exports:Interval"] = "00:00:00.1", ["SdFleet:Artifacts:ExportPlaces:0"] = folder.Of("sets"),
            },
        });
        var server = fleet.Address.OriginalString;
        var id = (await CliRun.Of("batch", "submit", folder.Of("shapes.txt"), "--steps", "1", "--watch", "--server", server)).Lines[0];
        string[] export = ["dataset", "export", "--batch", id, "--server", server, "--format", "imagefolder", "--on-fleet", "--out"];

        var run = (await CliRun.Of([.. export, folder.Of("sets", "shapes")])).Succeeded();
        var refused = await CliRun.Of([.. export, folder.Of("others")]);

        Assert.Equal([$"2 pictures in 1 shard, 1 of them sealed; 1 written now: {folder.Of("sets", "shapes")}"], run.Lines);
        (await CliRun.Of("dataset", "audit", "--batch", id, "--server", server, "--export", folder.Of("sets", "shapes"))).Succeeded();
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains($"{folder.Of("sets")}, or a place below it", refused.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder.Of("others")));
    }

    [Fact]
    public async Task Cancel_WhileItIsWatched_EndsItAndWhoWatches()
    {
        using var folder = new TempFolder();
        await File.WriteAllLinesAsync(folder.Of("shapes.txt"), ["a circle", "a star"]);
        await using var fleet = await EmbeddedFleet.StartAsync(new EmbeddedFleetOptions
        {
            DataFolder = folder.Of("data"),

            // Nobody does its steps.
            Settings = new Dictionary<string, string?> { ["SdFleet:Worker:Synthetic:Enabled"] = "true", ["SdFleet:Exports:AtOnce"] = "0" },
        });
        var server = fleet.Address.OriginalString;
        var id = (await CliRun.Of("batch", "submit", folder.Of("shapes.txt"), "--steps", "1", "--watch", "--server", server)).Lines[0];
        var none = await CliRun.Of("dataset", "cancel", id, "parquet", "--server", server);

        var watching = CliRun.Of("dataset", "export", "--batch", id, "--server", server, "--format", "parquet", "--on-fleet");
        var cancelled = none;
        for (var i = 0; cancelled.ExitCode != 0; i++)
        {
            Assert.True(i < 2000, cancelled.Error);
            await Task.Delay(50);
            cancelled = await CliRun.Of("dataset", "cancel", id, "parquet", "--server", server);
        }

        var watched = await watching;

        Assert.Contains("has no export of that name", none.Error, StringComparison.Ordinal);
        Assert.Equal([$"Cancelled before a shard was written. {folder.Of("data", "images", "batches", id, "exports", "parquet")}"], cancelled.Lines);
        Assert.Equal(1, watched.ExitCode);
        Assert.Contains("somebody cancelled the export. Cancelled before a shard was written.", watched.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Say where it goes", "--batch", "0f8fad5b-d9cb-469f-a165-70867728950e")]
    [InlineData("--on-fleet goes with --batch", "--manifest", "m", "--on-fleet")]
    [InlineData("--export-name goes with --on-fleet", "--manifest", "m", "--out", "x", "--export-name", "y")]
    public async Task Mistakes_AreAnsweredInWords(string expected, params string[] arguments)
    {
        var run = await CliRun.Of(["dataset", "export", "--format", "parquet", .. arguments]);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains(expected, run.Error, StringComparison.Ordinal);
    }
}
