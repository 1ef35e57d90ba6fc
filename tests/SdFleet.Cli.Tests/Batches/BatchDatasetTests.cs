using SdFleet.Cli.Embedded;
using SdFleet.Cli.Tests.Support;

namespace SdFleet.Cli.Tests.Batches;

/// <summary>A batch as a dataset, through the API and from the data folder of the fleet that made it.</summary>
public sealed class BatchDatasetTests
{
    [Fact]
    public async Task AuditAndExport_OfABatch_KnowWhatItsLinesAskedFor()
    {
        using var folder = new TempFolder();
        await File.WriteAllLinesAsync(folder.Of("shapes.jsonl"), Enumerable.Range(1, 12).Select(i => i switch
        {
            4 => "not json",
            6 => "{\"prompt\":\"a red circle\",\"images\":2}",
            12 => "{\"prompt\":\"a red circle\",\"steps\":0}",
            _ => $"{{\"prompt\":\"circle {i}\"}}",
        }));
        string id;
        await using (var fleet = await EmbeddedFleet.StartAsync(new EmbeddedFleetOptions { DataFolder = folder.Of("data") }))
        {
            id = (await CliRun.Of("batch", "submit", folder.Of("shapes.jsonl"), "--steps", "1", "--watch", "--server", fleet.Address.OriginalString)).Lines[0];
            string[] served = ["--server", fleet.Address.OriginalString, "--batch", id];
            var online = (await CliRun.Of(["dataset", "audit", .. served])).Succeeded();
            Assert.Equal("complete: 13 requested, 11 records, 11 right, 2 rejected, 0 findings", online.Lines.Single());
            Assert.Equal(online.Out, (await CliRun.Of("batch", "audit", id, "--server", fleet.Address.OriginalString)).Succeeded().Out);
            (await CliRun.Of(["dataset", "export", .. served, "--format", "webdataset", "--out", folder.Of("served")])).Succeeded();
            var verified = (await CliRun.Of(["image", "verify", .. served, "--sample", "3"])).Succeeded();
            Assert.Matches("^3 made again: [0-3] the same, [0-3] within 4 of 255, 0 not$", verified.Lines[^1]);
            var stranger = await CliRun.Of("dataset", "audit", "--server", fleet.Address.OriginalString, "--batch", Guid.Empty.ToString());
            Assert.Equal(1, stranger.ExitCode);
            Assert.Contains("has no batch 00000000-0000-0000-0000-000000000000", stranger.Error, StringComparison.Ordinal);
            await fleet.StopAsync();
        }

        string[] source = ["--data", folder.Of("data"), "--batch", id];
        var audit = (await CliRun.Of(["dataset", "audit", .. source])).Succeeded();
        var export = (await CliRun.Of(["dataset", "export", .. source, "--format", "webdataset", "--out", folder.Of("set")])).Succeeded();
        (await CliRun.Of(["dataset", "audit", .. source, "--export", folder.Of("set")])).Succeeded();

        // Through the API or from its folder: the same dataset.
        Assert.Equal(await File.ReadAllTextAsync(folder.Of("served", "index.json")), await File.ReadAllTextAsync(folder.Of("set", "index.json")));
        Assert.Equal(await File.ReadAllTextAsync(folder.Of("served", "absent.jsonl")), await File.ReadAllTextAsync(folder.Of("set", "absent.jsonl")));
        File.Delete(Directory.GetFiles(folder.Of("data", "images"), "*-1.png", SearchOption.AllDirectories).Single());
        var after = await CliRun.Of(["dataset", "audit", .. source, "--repair", folder.Of("repair.jsonl")]);

        var unknown = await CliRun.Of("dataset", "audit", "--data", folder.Of("data"), "--batch", Guid.Empty.ToString());

        Assert.Equal(1, unknown.ExitCode);
        Assert.Contains("There is no batch", unknown.Error, StringComparison.Ordinal);
        Assert.Equal("complete: 13 requested, 11 records, 11 right, 2 rejected, 0 findings", audit.Lines.Single());
        Assert.Equal(["11 pictures in 1 shard, 1 of them sealed; 1 written now: " + folder.Of("set"), "absent: 2 rejected"], export.Lines);
        Assert.Contains("\"line\":12,\"index\":0,\"absence\":\"rejected\",\"detail\":\"steps is 0", await File.ReadAllTextAsync(folder.Of("set", "absent.jsonl")), StringComparison.Ordinal);
        Assert.Equal(1, after.ExitCode);
        Assert.StartsWith("line 6, index 1: MissingArtifact", after.Lines[0], StringComparison.Ordinal);
        Assert.Equal(["{\"line\":6,\"index\":1}"], await File.ReadAllLinesAsync(folder.Of("repair.jsonl")));
    }
}
