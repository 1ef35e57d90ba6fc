using SdFleet.Cli.Simulate;

namespace SdFleet.Cli.Tests.Simulate;

public sealed class PodAutoscalerTests
{
    [Fact]
    public void MuchToDo_AddsFourOrTwiceAsManyEachTime()
    {
        var autoscaler = new PodAutoscaler(new ScalingOptions { MaxReplicas = 50, TargetGpuSeconds = 120 });
        var replicas = new List<int> { 1 };
        for (var i = 0; i < 6; i++)
        {
            replicas.Add(autoscaler.Decide(15 * i, replicas[^1], gpuSeconds: 1e6, messages: 0));
        }

        Assert.Equal([1, 5, 10, 20, 40, 50, 50], replicas);
    }

    [Theory]
    [InlineData(1200, 0, 10)]
    [InlineData(1310, 0, 10)]
    [InlineData(1330, 0, 12)]
    [InlineData(100, 160, 10)]
    [InlineData(100, 200, 13)]
    public void TheLargerMetricCounts_AndTenPerCentAreLetPass(double gpuSeconds, double messages, int expected) =>
        Assert.Equal(expected, new PodAutoscaler(new ScalingOptions { MaxReplicas = 50, TargetGpuSeconds = 120 }).Decide(0, 10, gpuSeconds, messages));

    [Fact]
    public void LittleToDo_WaitsTheWindow_ThenHalvesEachMinute()
    {
        var autoscaler = new PodAutoscaler(new ScalingOptions { MaxReplicas = 8, TargetGpuSeconds = 120, ScaleInSeconds = 300 });
        var changes = new List<(double, int)>();
        var replicas = 8;
        for (double now = 0; now <= 600; now += 15)
        {
            var next = autoscaler.Decide(now, replicas, gpuSeconds: now == 0 ? 960 : 0, messages: 0);
            if (next != replicas)
            {
                changes.Add((now, next));
            }

            replicas = next;
        }

        Assert.Equal([(300, 4), (360, 2), (420, 1)], changes);
    }
}
