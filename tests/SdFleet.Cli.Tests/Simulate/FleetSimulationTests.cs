using System.Globalization;
using SdFleet.Cli.Simulate;
using SdFleet.Contracts.Jobs;

namespace SdFleet.Cli.Tests.Simulate;

public sealed class FleetSimulationTests
{
    private const string NoNotice = "0";

    [Fact]
    public void OneWorker_ThreeJobs_ComeOneAfterTheOther()
    {
        var result = Runs.Of(("workload.0.jobs", "3"), ("workload.0.seconds", "9"));

        // 100 s for the node, 20 s for the model, then 9 s each.
        Assert.Equal([120f, 129f, 138f], result.Waits[Lane.Normal]);
        Assert.Equal((3, 3, 0, 0), (result.Jobs, result.Completed, result.GivenUp, result.Evictions));
        Assert.Equal(147, result.Finished, 6);

        // KEDA last saw work when it looked at 135 s; after 300 s without, it looks at 450 s, and the empty node goes 600 s later.
        Assert.Equal(1050, result.Ended, 6);
        Assert.Equal(1050, result.NodeSeconds, 6);
        Assert.Equal((27, 120, 0), (Math.Round(result.BusySeconds, 6), Math.Round(result.StartingSeconds, 6), Math.Round(result.LostSeconds, 6)));
        Assert.Equal(1050 - 27 - 120, result.IdleSeconds, 6);
        Assert.Equal(1.05, result.Cost, 6);
        Assert.Equal((1, 1, 1), (result.Nodes, result.MostNodes, result.StartsFromZero));
    }

    [Fact]
    public void OneWorker_LargerBatch_TakesThemTogether()
    {
        var result = Runs.Of(("workload.0.jobs", "3"), ("workload.0.seconds", "9"), ("worker.maxBatchImages", "4"));

        Assert.Equal([120f, 120f, 120f], result.Waits[Lane.Normal]);
        Assert.Equal(147, result.Finished, 6);
    }

    [Fact]
    public void OneWorker_InteractiveJobs_OvertakeTheBacklog()
    {
        var result = Runs.Of(
            ("workload.0.lane", "bulk"), ("workload.0.jobs", "20"), ("workload.0.seconds", "9"), ("release.windowPerWorker", "2"), ("release.minWindow", "2"),
            ("workload.1.lane", "interactive"), ("workload.1.jobs", "1"), ("workload.1.seconds", "9"), ("workload.1.atHour", "0.035"));

        // It comes at 126 s, while the first job runs (120 to 129) and the second waits in the broker, so that the window is full.
        // At 129 s the worker is handed the second, and a place is free: it takes it, before eighteen others, and runs at 138 s.
        Assert.Equal(138 - 126, Assert.Single(result.Waits[Lane.Interactive]), 3);
    }

    [Fact]
    public void NothingToDo_ScalesToZero_AndBack()
    {
        (string, string)[] twice = [("workload.0.times", "2"), ("workload.0.everyMinutes", "30.05"), ("workload.0.seconds", "9")];

        var cold = Runs.Of(twice);
        var warm = Runs.Of([.. twice, ("nodes.idleSeconds", "3600")]);

        // The second comes at 1803 s; KEDA looks at 1815 s. Node and model take 120 s more, or 10 s on a node that was kept.
        Assert.Equal([120f, 132f], cold.Waits[Lane.Normal]);
        Assert.Equal((2, 2), (cold.StartsFromZero, cold.Nodes));
        Assert.Equal([22f, 120f], warm.Waits[Lane.Normal]);
        Assert.Equal((2, 1), (warm.StartsFromZero, warm.Nodes));
        Assert.True(warm.Cost > cold.Cost);
    }

    [Fact]
    public void SpotLoss_WithoutNotice_CostsThePassAndALease()
    {
        // Lost at 170 s, 50 s into a job of 100 s.
        var result = Runs.Of([.. LostAfter(seconds: 70), ("nodes.spotNoticeSeconds", NoNotice), ("workload.0.seconds", "100")]);

        // Noticed after 60 s, at 230 s; a new node and the model take 120 s.
        Assert.Equal(350f, Assert.Single(result.Waits[Lane.Normal]), 2);
        Assert.Equal((1, 1, 1, 2), (result.Completed, result.Evictions, result.SpotLosses, result.Nodes));
        Assert.Equal(50, result.LostSeconds, 2);
        Assert.Equal(450, result.Finished, 2);
    }

    [Fact]
    public void SpotLoss_WithNotice_GivesTheJobBack()
    {
        // Told at 140 s that it goes at 170 s: it goes on for 20 s and then gives back what it has.
        var result = Runs.Of([.. LostAfter(seconds: 70), ("nodes.spotNoticeSeconds", "30"), ("workload.0.seconds", "100")]);

        Assert.Equal(260f, Assert.Single(result.Waits[Lane.Normal]), 2);
        Assert.Equal((1, 1, 1), (result.Completed, result.Evictions, result.SpotLosses));
        Assert.Equal(40, result.LostSeconds, 2);
    }

    [Fact]
    public void SpotLoss_WithNotice_ShortJobIsFinished()
    {
        var result = Runs.Of([.. LostAfter(seconds: 45), ("nodes.spotNoticeSeconds", "20"), ("workload.0.seconds", "15")]);

        Assert.Equal(120f, Assert.Single(result.Waits[Lane.Normal]));
        Assert.Equal((1, 0, 0.0), (result.Completed, result.Evictions, result.LostSeconds));
    }

    [Theory]
    [InlineData(1, 0.0, 0)]
    [InlineData(2, 3.0, 0)]
    [InlineData(3, 3.0, 30)]
    [InlineData(4, 30.0, 10)]
    [InlineData(5, 0.5, 120)]
    public void EveryJob_IsCompletedOnceOrGivenUp_WhateverGoes(int seed, double lossesPerHour, int notice)
    {
        var result = Runs.Of(
            ("seed", Text(seed)), ("nodes.spotLossesPerHour", Text(lossesPerHour)), ("nodes.spotNoticeSeconds", Text(notice)), ("nodes.startSpread", "0.5"),
            ("scaling.maxReplicas", "30"), ("worker.maxBatchImages", "4"),
            ("workload.0.lane", "bulk"), ("workload.0.jobs", "3000"), ("workload.0.seconds", "10"),
            ("workload.1.lane", "interactive"), ("workload.1.perHour", "200"), ("workload.1.hours", "2"), ("workload.1.seconds", "5"));

        Assert.Equal(0, result.Left);
        Assert.Equal(result.Jobs, result.Completed + result.GivenUp);
        Assert.Equal(result.Completed, result.Waits.Values.Sum(w => w.Length));

        // At even speed the work that counted is that of the jobs that completed, each once.
        if (result.GivenUp == 0)
        {
            Assert.Equal((3000 * 10) + ((result.Jobs - 3000) * 5), result.BusySeconds, 3);
        }

        Assert.Equal(lossesPerHour > 0, result.SpotLosses > 0);
        Assert.True(result.IdleSeconds >= 0, $"{result.IdleSeconds}");
    }

    [Fact]
    public void HopelessNodes_GiveJobsUpAfterTheirEvictions()
    {
        // A node lives 100 s on average once it is there, and a job takes 1000 s.
        var result = Runs.Of(("nodes.spotLossesPerHour", "36"), ("nodes.spotNoticeSeconds", NoNotice), ("workload.0.seconds", "1000"), ("retry.maxEvictions", "3"), ("workload.0.jobs", "2"));

        Assert.Equal((0, 2, 6), (result.Completed, result.GivenUp, result.Evictions));
    }

    [Fact]
    public void SameSeed_SameRun_AndAnotherSeedAnotherOne()
    {
        static SimulationResult Run(string seed) => Runs.Of(
            ("seed", seed), ("nodes.spotLossesPerHour", "2"), ("nodes.speedSpread", "0.3"), ("scaling.maxReplicas", "20"),
            ("workload.0.perHour", "900"), ("workload.0.jobs", "0"), ("workload.0.spread", "0.5"), ("workload.0.hours", "3"));

        var (one, again, other) = (Run("7"), Run("7"), Run("8"));

        Assert.Equal(one.Waits[Lane.Normal], again.Waits[Lane.Normal]);
        var none = new Dictionary<Lane, float[]>();
        Assert.Equal(one with { Waits = none }, again with { Waits = none });
        Assert.NotEqual(one with { Waits = none }, other with { Waits = none });
    }

    [Fact]
    public void MoreWorkers_FinishSooner_AndSlowerNodesLater()
    {
        static double Finished(int workers, int nodeSeconds = 100) =>
            Runs.Of(("scaling.maxReplicas", Text(workers)), ("nodes.startSeconds", Text(nodeSeconds)), ("workload.0.jobs", "2000")).Finished;

        var finished = new[] { Finished(1), Finished(4), Finished(16), Finished(64) };
        Assert.Equal(finished.OrderDescending(), finished);
        Assert.True(Finished(16, nodeSeconds: 400) > Finished(16));
    }

    [Fact]
    public void SpotPrice_IsPaidForAsManyAsThereAre()
    {
        (string, string)[] two = [("scaling.minReplicas", "2"), ("scaling.maxReplicas", "2"), ("nodes.price", "10"), ("nodes.spotPrice", "1"), ("workload.0.jobs", "100")];

        var (spot, both, none) = (Runs.Of(two), Runs.Of([.. two, ("nodes.spotNodes", "1")]), Runs.Of([.. two, ("nodes.spotNodes", "0")]));

        Assert.Equal(spot.NodeSeconds / 3600, spot.Cost, 6);
        Assert.Equal(both.NodeSeconds / 3600 * 5.5, both.Cost, 6);
        Assert.Equal(none.NodeSeconds / 3600 * 10, none.Cost, 6);
    }

    [Fact]
    public void TenThousandWorkers_DoAMillionJobs()
    {
        var result = Runs.Of(
            ("scaling.maxReplicas", "10000"), ("nodes.spotLossesPerHour", "0.05"), ("nodes.speedSpread", "0.2"), ("worker.maxBatchImages", "4"),
            ("workload.0.jobs", "1000000"), ("workload.0.spread", "0.5"));

        Assert.Equal((1_000_000, 0), (result.Completed, result.Left));
        Assert.InRange(result.MostNodes, 10_000, 11_000);
    }

    // Settings with which the first node is lost so long after it is there, and the second lives fifty times as long.
    private static (string, string)[] LostAfter(double seconds)
    {
        var seed = Enumerable.Range(1, 100_000).Select(s => (ulong)s).First(s => Life(s, 1) > 50 * Life(s, 0));
        return [("seed", seed.ToString(CultureInfo.InvariantCulture)), ("nodes.spotLossesPerHour", Text(Life(seed, 0) * 3600 / seconds))];

        static double Life(ulong seed, int node) => new Chances(seed, "node life").Wait(node, 1);
    }

    private static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
