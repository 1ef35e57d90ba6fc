using System.Diagnostics;
using SdFleet.Contracts.Jobs;

namespace SdFleet.Fleet.Tests.Synthetic;

/// <summary>What becomes of jobs when their workers hang, break, are killed, or are told to stop; on a real broker, with real processes.</summary>
public sealed class WorkerDeathTests : IAsyncLifetime
{
    private const int MaxEvictions = 2;

    private static readonly TimeSpan Fast = TimeSpan.FromMilliseconds(1);

    // A job of 150 such steps outlasts every wait below: what ends sooner was ended.
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SlowJob = 150 * Slow;
    private static readonly (string, string) Faults = ("SdFleet__Worker__Synthetic__Faults", "true");

    private SyntheticFleet _fleet = null!;

    // A job that waits for a worker to start is not evicted meanwhile.
    public async Task InitializeAsync() => _fleet = await SyntheticFleet.StartAsync(
        server: null,
        ("SdFleet__Retry__MaxEvictions", $"{MaxEvictions}"),
        ("SdFleet__Worker__MaxBatchImages", "1"),
        ("SdFleet__Leases__ReleaseLease", "00:02:00"));

    public async Task DisposeAsync() => await _fleet.DisposeAsync();

    [Fact]
    public async Task Hang_StepTakesTooLong_TheProcessEndsAndTheJobIsMadeElsewhereAsEvicted()
    {
        var hung = await _fleet.StartWorkerAsync(Fast, Faults, ("SdFleet__Worker__StepTimeout", "00:00:05"));
        var id = await _fleet.SubmitAsync("fault:hang");

        Assert.Equal(70, await hung.WaitForExitAsync());
        Assert.Contains(hung.Output, l => l.Contains("SdFleet:Worker:StepTimeout", StringComparison.Ordinal));

        await _fleet.StartWorkerAsync(Fast);
        var job = await _fleet.UntilTerminalAsync(id);
        Assert.Equal((JobState.Completed, 0, 1), (job.State, job.Failures, job.Evictions));
    }

    [Fact]
    public async Task DeviceFaults_SeveralInARow_TheWorkerEndsAndEveryJobIsMadeElsewhere()
    {
        var broken = await _fleet.StartWorkerAsync(Fast, Faults, ("SdFleet__Worker__MaxDeviceFaults", "2"));
        var ids = new List<Guid>();
        for (var i = 0; i < 6; i++)
        {
            ids.Add(await _fleet.SubmitAsync("fault:device"));
        }

        Assert.Equal(71, await broken.WaitForExitAsync());
        Assert.Contains(broken.Output, l => l.Contains("SdFleet:Worker:MaxDeviceFaults", StringComparison.Ordinal));

        await _fleet.StartWorkerAsync(Fast);
        foreach (var id in ids)
        {
            Assert.Equal(JobState.Completed, (await _fleet.UntilTerminalAsync(id)).State);
        }

        var jobs = await Task.WhenAll(ids.Select(id => _fleet.Store.FindJobAsync(id, default)));
        Assert.Equal(2, jobs.Sum(j => j!.Failures));
    }

    [Fact]
    public async Task Kill_JobThatKillsItsWorkers_FailsAfterSoManyWithItsReason()
    {
        var id = await _fleet.SubmitAsync("fault:kill");
        for (var death = 0; death < MaxEvictions; death++)
        {
            var victim = _fleet.BeginWorker(Fast, Faults);
            await victim.WaitForExitAsync();
        }

        // It would die of it too, were it given the job: the next one hands it back instead.
        var survivor = await _fleet.StartWorkerAsync(Fast, Faults);
        var job = await _fleet.UntilTerminalAsync(id);
        Assert.Equal((JobState.Failed, 0, MaxEvictions), (job.State, job.Failures, job.Evictions));
        Assert.False(survivor.HasExited);
        Assert.Contains("whose workers went away", job.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Terminate_WhileAtWork_EndsInTimeAndGivesTheJobBackAsEvicted()
    {
        var first = await _fleet.StartWorkerAsync(Slow);
        var id = await _fleet.SubmitAsync("a red circle", steps: 150);
        await _fleet.UntilAsync(id, j => j.State == JobState.Running);
        var told = Stopwatch.GetTimestamp();

        first.Terminate();

        Assert.Equal(0, await first.WaitForExitAsync());
        Assert.InRange(Stopwatch.GetElapsedTime(told), TimeSpan.Zero, SlowJob / 2);
        var given = await _fleet.UntilAsync(id, j => j.State != JobState.Running);
        Assert.Equal((0, 1, "The worker was told to stop, or lost its connection to the broker."), (given.Failures, given.Evictions, given.Error));

        await _fleet.StartWorkerAsync(Fast);
        var job = await _fleet.UntilTerminalAsync(id);
        Assert.Equal((JobState.Completed, 0, 1), (job.State, job.Failures, job.Evictions));
    }

    [Fact]
    public async Task Cancel_RunningJob_FreesItsWorkerForTheNextOne()
    {
        await _fleet.StartWorkerAsync(Slow);
        var id = await _fleet.SubmitAsync("a red circle", steps: 150);
        await _fleet.UntilAsync(id, j => j.State == JobState.Running);
        var next = await _fleet.SubmitAsync("a blue square", steps: 1);

        await _fleet.Store.CancelAsync([id], DateTimeOffset.UtcNow, default);

        var job = await _fleet.UntilTerminalAsync(next, SlowJob / 2);
        Assert.Equal(JobState.Completed, job.State);
        Assert.Equal(JobState.Cancelled, (await _fleet.Store.FindJobAsync(id, default))!.State);
        Assert.Single(_fleet.Artifacts());
        var queues = await _fleet.Broker.GetQueueNamesAsync();
        Assert.Single(queues, q => q.StartsWith("sdfleet.control.", StringComparison.Ordinal));
    }
}
