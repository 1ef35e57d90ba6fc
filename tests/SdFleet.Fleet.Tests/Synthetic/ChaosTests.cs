using SdFleet.Contracts.Jobs;
using SdFleet.TestServers;
using Xunit.Abstractions;

namespace SdFleet.Fleet.Tests.Synthetic;

/// <summary>
/// Sixty jobs while workers and coordinator are killed and stopped and the broker hangs and cuts its connections. An oracle that
/// knows only what was submitted looks at the end: each job completed once, each picture there once, with its digest.
/// </summary>
public sealed class ChaosTests(ITestOutputHelper output)
{
    private const int Seed = 20260131;
    private const int Jobs = 60;
    private const int ImagesPerJob = 2;
    private const int Workers = 2;
    private const int Faults = 12;
    private const int Steps = 20;

    private static readonly TimeSpan StepTime = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan BeyondTheLease = TimeSpan.FromSeconds(7);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(6);

    private readonly Random _random = new(Seed);

    [Fact]
    public async Task SixtyJobs_WhileEverythingDies_AreEachCompletedOnce()
    {
        output.WriteLine($"seed {Seed}");
        await using var server = await RabbitMqServer.StartPrivateAsync();
        await using var fleet = await SyntheticFleet.StartAsync(server, ("SdFleet__Release__MinWindow", "8"), ("SdFleet__Release__WindowPerWorker", "8"));
        var coordinator = fleet.Coordinator;
        var workers = await Task.WhenAll(Enumerable.Range(0, Workers).Select(_ => fleet.StartWorkerAsync(StepTime)));

        var submitted = new List<Guid>();
        for (var fault = 0; fault < Faults; fault++)
        {
            for (var job = 0; job < Jobs / Faults; job++)
            {
                submitted.Add(await fleet.SubmitAsync($"job {submitted.Count}", Steps, ImagesPerJob));
            }

            await Task.Delay(_random.Next(500));
            var victim = _random.Next(Workers);
            switch (fault % 6)
            {
                case 0 or 3:
                    Say("SIGKILL", workers[victim]);
                    workers[victim].Kill();
                    workers[victim] = await fleet.StartWorkerAsync(StepTime);
                    break;
                case 1:
                    Say("SIGKILL", coordinator);
                    coordinator.Kill();
                    coordinator = await fleet.StartCoordinatorAsync();
                    break;
                case 2:
                    output.WriteLine($"{DateTime.UtcNow:T} broker paused");
                    await server.PauseAsync();
                    await Task.Delay(_random.Next(1000, 3000));
                    await server.ResumeAsync();
                    break;
                case 4:
                    Say("SIGSTOP past its lease", workers[victim]);
                    workers[victim].Pause();
                    await Task.Delay(BeyondTheLease);
                    workers[victim].Resume();
                    break;
                case 5:
                    output.WriteLine($"{DateTime.UtcNow:T} {await CutConnectionsAsync(server)} connections cut");
                    break;
            }
        }

        foreach (var id in submitted)
        {
            await fleet.UntilTerminalAsync(id, Patience);
        }

        await CheckAsync(fleet, submitted);
    }

    private static async Task<int> CutConnectionsAsync(RabbitMqServer server)
    {
        var connections = (await server.Management.GetAsync("connections?columns=name"))!.AsArray();
        foreach (var connection in connections)
        {
            await server.Management.DeleteAsync($"connections/{Uri.EscapeDataString((string)connection!["name"]!)}");
        }

        return connections.Count;
    }

    private async Task CheckAsync(SyntheticFleet fleet, List<Guid> submitted)
    {
        var jobs = (await Task.WhenAll(submitted.Select(id => fleet.Store.FindJobAsync(id, default)))).Select(j => j!).ToList();
        output.WriteLine($"{jobs.Count} jobs, {jobs.Sum(j => j.Attempt)} attempts, {jobs.Sum(j => j.Evictions)} evictions, {jobs.Sum(j => j.Failures)} failures");
        Assert.All(jobs, j => Assert.True(j.State == JobState.Completed, $"{j.Id} is {j.State}: {j.Error}"));
        Assert.All(jobs, j => Assert.Equal(Enumerable.Range(0, ImagesPerJob), j.Images.Select(i => i.Index)));
        Assert.All(jobs, j => Assert.Equal(0, j.Failures));
        var counts = await fleet.Store.CountAsync(default);
        Assert.Equal((JobState.Completed, (long)submitted.Count), (Assert.Single(counts).State, counts[0].Jobs));

        var recorded = jobs.SelectMany(j => j.Images).ToDictionary(i => i.Artifact, i => i.Sha256);
        var stored = fleet.Artifacts();
        Assert.Equal(recorded.OrderBy(r => r.Key, StringComparer.Ordinal), stored.OrderBy(r => r.Key, StringComparer.Ordinal));
        Assert.Equal(submitted.Count * ImagesPerJob, stored.Count);
    }

    private void Say(string what, FleetProcess process) => output.WriteLine($"{DateTime.UtcNow:T} {what}: {process.Project} {process.Id}");
}
