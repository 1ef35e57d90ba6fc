using System.Diagnostics;
using SdFleet.Cli.Chaos.Faults;
using SdFleet.Cli.Chaos.Plan;
using SdFleet.Cli.Chaos.Submission;
using SdFleet.Contracts.Events;
using SdFleet.Contracts.Jobs;

namespace SdFleet.Cli.Tests.Chaos;

public sealed class LedgerTests
{
    private readonly IReadOnlyList<PlannedJob> _jobs = [.. JobPlan.Draw(1, 100).Where(j => j.Kind == JobKind.Plain).Take(3)];
    private readonly Ledger _ledger;

    public LedgerTests() => _ledger = new Ledger(_jobs, Stopwatch.StartNew());

    [Fact]
    public void Hear_OfTheSameCompletionTwice_KeepsItOnce()
    {
        var completed = World.Completion(_jobs[0], attempt: 1, "host-1");
        _ledger.Hear(completed);
        _ledger.Hear(completed);
        _ledger.Hear(completed with { WorkerId = "host-2" });

        Assert.Equal(["host-1", "host-2"], _ledger.Entries[0].Completions.Select(c => c.WorkerId));
        Assert.Equal(1, _ledger.FinishedCount);
    }

    [Fact]
    public void InHand_IsWhatWasBegunAndHasNotEnded()
    {
        Start(_jobs[0]);
        Start(_jobs[1]);
        _ledger.Hear(World.Completion(_jobs[1], attempt: 1, "host-1"));
        Start(_jobs[1]);

        Assert.Equal(_jobs[0].Id, Assert.Single(_ledger.InHand()));
    }

    [Fact]
    public void Recovery_IsOverWhenTheFaultIsAndAllThatWasInHandHasEnded()
    {
        var recoveries = new Recoveries(Stopwatch.StartNew());
        _ledger.Finished = recoveries.Finished;
        Start(_jobs[0]);
        Start(_jobs[1]);
        recoveries.Begin(new PlannedFault(1, FaultKind.WorkerKilled, 0, TimeSpan.Zero), _ledger.InHand);

        _ledger.Ended(_jobs[0].Id, JobState.Completed);
        recoveries.End("worker 1");
        Assert.Equal((2, (double?)null), (recoveries.Strikes[0].InHand, recoveries.Strikes[0].RecoveredAfter));

        _ledger.Ended(_jobs[2].Id, JobState.Completed);
        Assert.Null(recoveries.Strikes[0].RecoveredAfter);

        _ledger.Ended(_jobs[1].Id, JobState.Completed);
        Assert.True(recoveries.Strikes[0].RecoveredAfter >= recoveries.Strikes[0].Lasted);
    }

    [Fact]
    public async Task Recovery_AJobThatEndsAsTheFaultBegins_IsNotWaitedFor()
    {
        var recoveries = new Recoveries(Stopwatch.StartNew());
        _ledger.Finished = recoveries.Finished;
        Start(_jobs[0]);
        var ending = Task.CompletedTask;
        recoveries.Begin(new PlannedFault(1, FaultKind.WorkerKilled, 0, TimeSpan.Zero), () =>
        {
            var inHand = _ledger.InHand();
            ending = Task.Run(() => _ledger.Ended(_jobs[0].Id, JobState.Completed));
            Thread.Sleep(50);
            return inHand;
        });

        await ending;
        recoveries.End("worker 1");

        Assert.Equal(1, recoveries.Strikes[0].InHand);
        Assert.NotNull(recoveries.Strikes[0].RecoveredAfter);
    }

    private void Start(PlannedJob job) => _ledger.Hear(new JobStarted { JobId = job.Id, Attempt = 1, WorkerId = "host-1", At = DateTimeOffset.UnixEpoch });
}
