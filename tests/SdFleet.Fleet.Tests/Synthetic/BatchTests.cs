using System.Text.Json;
using SdFleet.Contracts;
using SdFleet.Contracts.Api;
using SdFleet.Contracts.Batches;
using SdFleet.TestServers;

namespace SdFleet.Fleet.Tests.Synthetic;

/// <summary>A batch through the command, the API, two coordinators and a worker, all of them processes, on a real broker and a real database.</summary>
public sealed class BatchTests
{
    private const int Lines = 300;
    private static readonly int[] BadLines = [17, 151, 300];

    [Fact]
    public async Task Batch_WhoseCoordinatorIsKilledInTheMiddle_IsWholeAndMadeOnce()
    {
        // No more than a window of lines an interval and coordinator: the middle lasts for seconds.
        await using var fleet = await SyntheticFleet.StartAsync(server: null, ("SdFleet__Batches__Window", "20"), ("SdFleet__Batches__Interval", "00:00:02"));
        await fleet.StartCoordinatorAsync();
        await fleet.StartWorkerAsync(TimeSpan.FromMilliseconds(1));
        var api = await fleet.StartApiAsync();
        var file = Path.Combine(Directory.CreateTempSubdirectory("sdfleet-batch-").FullName, "prompts.jsonl");
        await File.WriteAllLinesAsync(file, Enumerable.Range(1, Lines).Select(i => BadLines.Contains(i) ? "{}" : $"{{\"prompt\":\"picture {i}\",\"steps\":2}}"));

        await using var submit = FleetProcess.Start("SdFleet.Cli", environment: null, "batch", "submit", file, "--server", api.Address!.ToString());
        Assert.True(await submit.WaitForExitAsync() == 0, submit.Tail());
        var id = submit.Output.Select(l => Guid.TryParse(l, out var found) ? found : (Guid?)null).Single(g => g is not null)!.Value;
        using var client = new HttpClient { BaseAddress = api.Address };
        await UntilAsync(client, id, b => b.LinesRead is > 20 and < Lines);
        fleet.Coordinator.Kill();
        var batch = await UntilAsync(client, id, b => b.State.IsTerminal());

        Assert.Equal((BatchState.Completed, (long)Lines, 3L, Lines - 3L, Lines - 3L), (batch.State, batch.LinesRead, batch.BadLines, batch.Jobs.Completed, batch.ImagesDone));
        var records = await fleet.Store.ReadBatchManifestAsync(id, default).ToListAsync();
        Assert.Equal(Enumerable.Range(1, Lines).Except(BadLines).Select(i => ((long)i, $"picture {i}")), records.Select(r => (r.Line!.Value, r.Recipe.Prompt)));
        var artifacts = fleet.Artifacts();
        Assert.Equal(records.ToDictionary(r => r.Image.Artifact, r => r.Image.Sha256), artifacts);
        Assert.Equal(BadLines.Select(l => (long)l), (await fleet.Store.ListBatchProblemsAsync(id, 0, 10, default)).Select(p => p.Line));
        Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
    }

    private static async Task<BatchView> UntilAsync(HttpClient client, Guid id, Func<BatchView, bool> condition)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        BatchView? batch = null;
        while (!deadline.IsCancellationRequested)
        {
            using var response = await client.GetAsync(new Uri($"/v1/batches/{id}", UriKind.Relative), deadline.Token);

            // Not known until it is admitted.
            batch = response.IsSuccessStatusCode
                ? JsonSerializer.Deserialize<BatchView>(await response.Content.ReadAsStringAsync(deadline.Token), ContractsJson.Options)
                : null;
            if (batch is not null && condition(batch))
            {
                return batch;
            }

            await Task.Delay(20, deadline.Token);
        }

        throw new TimeoutException($"Batch {id} did not come that far; it is {batch}.");
    }
}
