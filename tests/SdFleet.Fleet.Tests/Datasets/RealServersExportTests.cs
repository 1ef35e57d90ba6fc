using SdFleet.Contracts.Batches;
using SdFleet.Fleet.Tests.Synthetic;
using SdFleet.Storage;
using SdFleet.TestServers;

namespace SdFleet.Fleet.Tests.Datasets;

/// <summary>
/// A batch on real servers, and its datasets in a container: written by two coordinators, of which one is killed, and by the command; the
/// same bytes, and read back by others.
/// </summary>
public sealed class RealServersExportTests
{
    private const int Lines = 120;

    [Fact]
    public async Task Export_OnAFleetWhoseCoordinatorIsKilled_IsTheOneOfTheCommand()
    {
        await using var container = (await AzuriteServer.GetAsync()).NameContainer();
        await using var fleet = await SyntheticFleet.StartAsync(
            container,
            ("SdFleet__Exports__Lease", "00:00:10"),
            ("SdFleet__Exports__Interval", "00:00:00.2"));
        await fleet.StartCoordinatorAsync();
        await fleet.StartWorkerAsync(TimeSpan.Zero);
        var server = (await fleet.StartApiAsync()).Address!.ToString();
        var folder = Directory.CreateTempSubdirectory("sdfleet-export-").FullName;
        var file = Path.Combine(folder, "prompts.jsonl");
        await File.WriteAllLinesAsync(file, Enumerable.Range(1, Lines).Select(i => $"{{\"prompt\":\"picture {i}\",\"steps\":1}}"));
        var submitted = await RunAsync(container, "batch", "submit", file, "--watch", "--server", server);
        var id = submitted.Select(l => Guid.TryParse(l, out var found) ? found : (Guid?)null).Single(g => g is not null)!.Value;
        string[] export = ["dataset", "export", "--batch", id.ToString(), "--server", server, "--format", "webdataset", "--lines-per-shard", "3"];

        var onFleet = Task.Run(() => RunAsync(container, [.. export, "--on-fleet"]));
        await UntilAsync(async () => await fleet.Store.FindExportAsync(id, "webdataset", default) is { ShardsDone: > 0 } or { EndedAt: not null });
        fleet.Coordinator.Kill();
        var written = await onFleet;
        await RunAsync(container, [.. export, "--to", $"azure://{container.Name}/alone"]);

        var place = $"azure://{container.Name}/batches/{id}/exports/webdataset";
        Assert.Contains(written, l => l.StartsWith("120 pictures in 40 shards, 40 of them sealed", StringComparison.Ordinal) && l.EndsWith(place, StringComparison.Ordinal));
        Assert.Equal(ExportState.Completed, (await fleet.Store.FindExportAsync(id, "webdataset", default))!.State);
        await RunAsync(container, "dataset", "audit", "--batch", id.ToString(), "--server", server, "--export", place);
        var account = new ArtifactStoreOptions { ConnectionString = container.ConnectionString };
        var (fleets, alone) = (FileTrees.Open(place, account), FileTrees.Open($"azure://{container.Name}/alone", account));
        await foreach (var entry in fleets.ListAsync("", default).Where(e => e.Name != "README.md"))
        {
            var bytes = (await fleets.ReadAsync(entry.Name, default))!;
            var other = await alone.ReadAsync(entry.Name, default);
            Assert.True(bytes.AsSpan().SequenceEqual(other), entry.Name);
            var copy = Path.Combine(folder, "copy", entry.Name);
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            await File.WriteAllBytesAsync(copy, bytes);
        }

        Assert.Equal(Lines, await ForeignReader.CheckSamplesAsync(Path.Combine(folder, "copy"), Path.Combine(folder, "unpacked")));
        Directory.Delete(folder, recursive: true);
    }

    private static async Task<IReadOnlyList<string>> RunAsync(AzuriteContainer container, params string[] arguments)
    {
        var account = new Dictionary<string, string?> { ["SdFleet__Artifacts__ConnectionString"] = container.ConnectionString };
        await using var run = FleetProcess.Start("SdFleet.Cli", account, arguments);
        Assert.True(await run.WaitForExitAsync() == 0, run.Tail());
        return [.. run.Output];
    }

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        while (!await condition())
        {
            await Task.Delay(20, deadline.Token);
        }
    }
}
