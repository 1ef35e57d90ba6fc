using SdFleet.Contracts.Jobs;
using SdFleet.Coordinator.Admission;
using SdFleet.JobStore;

namespace SdFleet.Coordinator.Tests;

public sealed class AdmissionTrialTests
{
    private readonly SetClock _clock = new();
    private int _trials;

    [Fact]
    public async Task Run_ManyAtOnce_IsOneTrialWhoseAnswerIsKeptForASecond()
    {
        var answer = new TaskCompletionSource();
        var trial = new AdmissionTrial(
            async (_, _) =>
            {
                Interlocked.Increment(ref _trials);
                await answer.Task;
                throw new JobStoreException("refused", isTransient: false);
            },
            _clock);

        var asked = Enumerable.Range(0, 1000).AsParallel().Select(_ => trial.RunAsync("shapes", Lane.Normal)).ToList();
        _clock.Now = TimeSpan.FromSeconds(5);
        asked.Add(trial.RunAsync("shapes", Lane.Normal));
        answer.SetResult();
        foreach (var one in asked)
        {
            await Assert.ThrowsAsync<JobStoreException>(() => one);
        }

        Assert.Equal(1, _trials);

        // That one was asked for five seconds ago.
        await Assert.ThrowsAsync<JobStoreException>(() => trial.RunAsync("shapes", Lane.Normal));
        Assert.Equal(2, _trials);
        _clock.Now += TimeSpan.FromMilliseconds(999);
        await Assert.ThrowsAsync<JobStoreException>(() => trial.RunAsync("shapes", Lane.Normal));
        Assert.Equal(2, _trials);
    }

    [Fact]
    public async Task Run_OtherModelOrLane_IsATrialOfItsOwn()
    {
        var trial = new AdmissionTrial(
            (model, _) =>
            {
                Interlocked.Increment(ref _trials);
                return model == "sd15" ? throw new JobStoreException("refused", isTransient: false) : Task.CompletedTask;
            },
            _clock);

        await Assert.ThrowsAsync<JobStoreException>(() => trial.RunAsync("sd15", Lane.Normal));
        await trial.RunAsync("shapes", Lane.Normal);
        await trial.RunAsync("shapes", Lane.Bulk);

        Assert.Equal(3, _trials);
    }

    private sealed class SetClock : TimeProvider
    {
        public TimeSpan Now { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;
    }
}
