using SdFleet.Contracts.Jobs;
using SdFleet.Coordinator.Release;
using SdFleet.Coordinator.Scaling;

namespace SdFleet.Coordinator.Tests;

public sealed class ReleaseRuleTests
{
    [Theory]
    [InlineData(0, 0, 8)]
    [InlineData(1, 0, 8)]
    [InlineData(3, 0, 12)]
    [InlineData(3, 10, 2)]
    [InlineData(3, 12, 0)]
    [InlineData(0, 12, -4)]
    public void Free_IsTheWindowLessWhatIsInFlight(int workers, long inFlight, long expected) =>
        Assert.Equal(expected, ReleaseRule.Free(new ReleaseOptions { WindowPerWorker = 4, MinWindow = 8 }, workers, inFlight));

    [Fact]
    public void InFlight_IsWhatTheBrokerOrAWorkerHas()
    {
        JobState[] all = Enum.GetValues<JobState>();

        Assert.Equal([JobState.Released, JobState.Running], all.Where(ReleaseRule.IsInFlight));
        Assert.Equal(Enum.GetValues<Lane>().Length, ReleaseRule.Lanes.Distinct().Count());
    }

    [Fact]
    public void GpuSeconds_AreGuessedUntilTheyAreMeasured()
    {
        Assert.Equal(30, ScaleRule.GpuSeconds(3, measured: null, guess: 10));
        Assert.Equal(6, ScaleRule.GpuSeconds(3, measured: 2, guess: 10));
        Assert.Equal(4, ScaleRule.Learn(null, 4));
        Assert.Equal(4.6, ScaleRule.Learn(4, 10), 9);
    }
}
