using Microsoft.Extensions.DependencyInjection;
using SdFleet.Cli.Embedded;
using SdFleet.Cli.Tests.Support;
using SdFleet.Contracts.Identity;
using SdFleet.Contracts.Jobs;
using SdFleet.JobStore;

namespace SdFleet.Cli.Tests.Batches;

/// <summary>Pictures of a finished batch are deleted, cut off and swapped, and a fleet makes them again.</summary>
public sealed class BatchRepairTests
{
    private static readonly Dictionary<string, string?> Synthetic = new() { ["SdFleet:Worker:Synthetic:Enabled"] = "true" };

    [Fact]
    public async Task Repair_OfADamagedBatch_GivesTheExportThatWasThereBefore()
    {
        using var folder = new TempFolder();
        await File.WriteAllLinesAsync(folder.Of("shapes.jsonl"), Enumerable.Range(1, 8).Select(i => $"{{\"prompt\":\"circle {i}\",\"images\":{(i == 6 ? 2 : 1)}}}"));
        await using var fleet = await EmbeddedFleet.StartAsync(new EmbeddedFleetOptions { DataFolder = folder.Of("data"), Settings = Synthetic });
        var server = fleet.Address.OriginalString;
        var id = (await CliRun.Of("batch", "submit", folder.Of("shapes.jsonl"), "--steps", "1", "--watch", "--server", server)).Succeeded().Lines[0];
        await ExportAsync("before");

        File.Delete(FileOf(2));
        await File.WriteAllBytesAsync(FileOf(3), (await File.ReadAllBytesAsync(FileOf(3)))[..^7]);
        File.Move(FileOf(4), FileOf(4) + ".x");
        File.Move(FileOf(5), FileOf(4));
        File.Move(FileOf(4) + ".x", FileOf(5));
        File.Delete(FileOf(6, index: 1));

        var found = await CliRun.Of("batch", "audit", id, "--server", server, "--missing", folder.Of("missing.jsonl"));
        Assert.Equal(1, found.ExitCode);
        Assert.Equal("NOT complete: 9 requested, 9 records, 4 right, 5 findings", found.Lines[^1]);
        Assert.Equal(5, (await File.ReadAllLinesAsync(folder.Of("missing.jsonl"))).Length);

        var asked = await CliRun.Of("batch", "audit", id, "--server", server, "--repair");
        Assert.Equal("5 lines to be made again: 2, 3, 4, 5, 6. Nothing has been requested: --yes does it.", asked.Lines[^1]);
        Assert.False(File.Exists(FileOf(2)));
        Assert.Equal(1, (await JobAsync(2)).Attempt);

        var repaired = await CliRun.Of("batch", "audit", id, "--server", server, "--repair", "--yes");
        Assert.Equal("5 lines requested: 2, 3, 4, 5, 6", repaired.Lines[^1]);
        foreach (var line in Enumerable.Range(1, 8))
        {
            Assert.Equal(JobState.Completed, (await fleet.Services.GetRequiredService<IJobStore>().UntilTerminalAsync(JobOf(line))).State);
        }

        var clean = (await CliRun.Of("batch", "audit", id, "--server", server, "--repair", "--yes")).Succeeded();
        Assert.Equal(["complete: 9 requested, 9 records, 9 right, 0 findings", "Nothing is to be made again."], clean.Lines);
        int[] attempts = [1, 2, 2, 2, 2, 2, 1, 1];
        foreach (var (index, expected) in attempts.Index())
        {
            Assert.Equal(expected, (await JobAsync(index + 1)).Attempt);
        }

        Assert.All((await JobAsync(2)).Images, image => Assert.Equal(1, image.Attempt));

        await ExportAsync("after");
        Assert.Equal(Contents("before"), Contents("after"));
        await fleet.StopAsync();

        Guid JobOf(long line) => DerivedId.FromBatchLine(Guid.Parse(id), line);

        async Task<JobSnapshot> JobAsync(long line) => (await fleet.Services.GetRequiredService<IJobStore>().FindJobAsync(JobOf(line), default))!;

        string FileOf(long line, int index = 0) =>
            folder.Of("data", "images", ArtifactName.ForImage(ArtifactName.BatchFolder(Guid.Parse(id), line), JobOf(line), index));

        async Task ExportAsync(string name) =>
            (await CliRun.Of("dataset", "export", "--server", server, "--batch", id, "--format", "webdataset", "--out", folder.Of(name))).Succeeded();

        SortedDictionary<string, string> Contents(string name) => new(
            Directory.EnumerateFiles(folder.Of(name), "*", SearchOption.AllDirectories)
                .ToDictionary(file => Path.GetRelativePath(folder.Of(name), file), file => Convert.ToBase64String(File.ReadAllBytes(file))),
            StringComparer.Ordinal);
    }

    [Fact]
    public async Task Repair_WithRetryFailed_TriesThoseAgainThatFailed()
    {
        using var folder = new TempFolder();
        await File.WriteAllLinesAsync(folder.Of("shapes.jsonl"), ["{\"prompt\":\"a circle\"}", "{\"prompt\":\"a square\",\"filterUnsafe\":true}"]);
        await using var fleet = await EmbeddedFleet.StartAsync(new EmbeddedFleetOptions { DataFolder = folder.Of("data"), Settings = Synthetic });
        var server = fleet.Address.OriginalString;
        var id = (await CliRun.Of("batch", "submit", folder.Of("shapes.jsonl"), "--steps", "1", "--watch", "--server", server)).Lines[0];
        var job = DerivedId.FromBatchLine(Guid.Parse(id), 2);
        var store = fleet.Services.GetRequiredService<IJobStore>();

        var without = (await CliRun.Of("batch", "audit", id, "--server", server, "--repair", "--yes")).Succeeded();
        var with = (await CliRun.Of("batch", "audit", id, "--server", server, "--repair", "--retry-failed", "--yes")).Succeeded();
        var after = await store.UntilTerminalAsync(job);

        Assert.Equal(["complete: 2 requested, 1 records, 1 right, 1 failed, 0 findings", "Nothing is to be made again."], without.Lines);
        Assert.Equal("1 line requested: 2", with.Lines[^1]);
        Assert.Equal((JobState.Failed, 2, 1), (after.State, after.Attempt, after.Failures));
        Assert.StartsWith("filterUnsafe is true, and model shapes has no safety checker", after.Error, StringComparison.Ordinal);
        await fleet.StopAsync();
    }

    [Theory]
    [InlineData("--yes")]
    [InlineData("--retry-failed")]
    public async Task Repair_OptionsOfItAlone_AreAMistake(string option)
    {
        var run = await CliRun.Of("batch", "audit", Guid.NewGuid().ToString(), option);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains($"{option} goes with --repair", run.Error, StringComparison.Ordinal);
    }
}
