using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using SdFleet.Cli.Tests.Support;
using SdFleet.Contracts;
using SdFleet.Contracts.Api;
using SdFleet.Contracts.Batches;
using SdFleet.Contracts.Identity;
using SdFleet.JobStore;

namespace SdFleet.Cli.Tests.Batches;

public sealed class BatchCommandTests(FleetFixture fixture) : IClassFixture<FleetFixture>
{
    [Fact]
    public async Task Submit_AFileWithSomeBadLines_MakesTheRestAndSaysWhichTheyAre()
    {
        using var folder = new TempFolder();
        var file = folder.Of("shapes.jsonl");
        string[] colours = ["red", "green", "blue", "yellow", "purple"];
        var lines = Enumerable.Range(1, 50).Select(i => i switch
        {
            7 => "not json",
            20 => "{\"prompt\":\"a red circle\",\"steps\":0}",
            41 => "{\"promt\":\"a red circle\"}",
            _ => $"{{\"prompt\":\"a {colours[i % 5]} circle on a white background\",\"seed\":{i}}}",
        });
        await File.WriteAllLinesAsync(file, lines);

        var run = await CliRun.Of("batch", "submit", file, "--steps", "1", "--name", "fifty", "--watch", "--server", fixture.Server);

        // Not all lines became pictures.
        Assert.True(run.ExitCode == 1, run.Error);
        var id = Guid.Parse(run.Lines[0]);
        Assert.Contains("line 7: body is not JSON", run.Out, StringComparison.Ordinal);
        Assert.Contains("line 20: steps is 0", run.Out, StringComparison.Ordinal);
        Assert.Contains("line 41: promt is", run.Out, StringComparison.Ordinal);
        Assert.Contains("fifty: completed, 50/50 lines, 47 images", run.Out, StringComparison.Ordinal);
        var status = JsonSerializer.Deserialize<BatchView>((await StatusAsync(id, "--json")).Out, ContractsJson.Options)!;
        Assert.Equal((BatchState.Completed, 50L, 3L, 47L, 47L), (status.State, status.LinesRead, status.BadLines, status.Jobs.Completed, status.ImagesDone));
        var store = fixture.Fleet.Services.GetRequiredService<IJobStore>();
        var manifest = await store.ReadBatchManifestAsync(id, default).ToListAsync();
        Assert.Equal(Enumerable.Range(1, 50).Except([7, 20, 41]).Select(l => (long)l), manifest.Select(r => r.Line!.Value));
        Assert.All(manifest, r => Assert.Equal((r.Line!.Value, DerivedId.FromBatchLine(id, r.Line.Value)), (r.Image.Seed, r.JobId)));

        // The same again is the same batch.
        var again = (await CliRun.Of("batch", "submit", file, "--steps", "1", "--name", "fifty", "--server", fixture.Server)).Succeeded();
        Assert.Equal(id.ToString(), again.Lines.Single());
        Assert.Single((await CliRun.Of("batch", "list", "--server", fixture.Server)).Succeeded().Lines, l => l.Contains("fifty", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Cancel_ABatch_EndsItAndWatchSaysSo()
    {
        using var folder = new TempFolder();
        var file = folder.Of("many.txt");
        await File.WriteAllLinesAsync(file, Enumerable.Range(1, 500).Select(i => $"circle number {i}"));
        var id = (await CliRun.Of("batch", "submit", file, "--steps", "100", "--server", fixture.Server)).Succeeded().Lines.Single();
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while ((await TryStatusAsync(Guid.Parse(id))).ExitCode != 0)
        {
            await Task.Delay(100, patience.Token);
        }

        (await CliRun.Of("batch", "pause", id, "--server", fixture.Server)).Succeeded();
        Assert.Contains("paused", (await StatusAsync(Guid.Parse(id))).Out, StringComparison.Ordinal);
        Assert.Equal([$"{id} cancelled"], (await CliRun.Of("batch", "cancel", id, "--server", fixture.Server)).Succeeded().Lines);

        var watch = await CliRun.Of("batch", "watch", id, "--server", fixture.Server);
        Assert.Equal(1, watch.ExitCode);
        Assert.Contains("many.txt: cancelled", watch.Out, StringComparison.Ordinal);
        var late = await CliRun.Of("batch", "resume", id, "--server", fixture.Server);
        Assert.Equal(1, late.ExitCode);
        Assert.Contains("cancelled already", late.Error, StringComparison.Ordinal);

        // Submitted again it stays what it is, and says what would be a new one.
        var again = await CliRun.Of("batch", "submit", file, "--steps", "100", "--server", fixture.Server);
        var other = await CliRun.Of("batch", "submit", file, "--steps", "50", "--id", id, "--server", fixture.Server);
        Assert.Equal((1, 1), (again.ExitCode, other.ExitCode));
        Assert.Contains($"{id} was submitted before and is cancelled", again.Error, StringComparison.Ordinal);
        Assert.All([again, other], r => Assert.Contains("--id gives", r.Error, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Submit_WrongWords_AreMistakes()
    {
        using var folder = new TempFolder();
        var file = folder.Of("empty.jsonl");
        await File.WriteAllTextAsync(file, "");

        var empty = await CliRun.Of("batch", "submit", file, "--server", fixture.Server);
        var count = await CliRun.Of("batch", "submit", file, "--max-bad-lines", "some", "--server", fixture.Server);
        var id = await CliRun.Of("batch", "status", "seven", "--server", fixture.Server);
        var unknown = await CliRun.Of("batch", "status", Guid.NewGuid().ToString(), "--server", fixture.Server);

        Assert.Equal((2, 2, 2, 1), (empty.ExitCode, count.ExitCode, id.ExitCode, unknown.ExitCode));
        Assert.Contains("is empty", empty.Error, StringComparison.Ordinal);
        Assert.Contains("--max-bad-lines is \"some\"", count.Error, StringComparison.Ordinal);
        Assert.Contains("seven", id.Error, StringComparison.Ordinal);
    }

    private async Task<CliRun> StatusAsync(Guid id, params string[] options) => (await TryStatusAsync(id, options)).Succeeded();

    private Task<CliRun> TryStatusAsync(Guid id, params string[] options) =>
        CliRun.Of(["batch", "status", id.ToString(), "--server", fixture.Server, .. options]);
}
