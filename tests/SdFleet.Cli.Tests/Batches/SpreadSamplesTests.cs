using SdFleet.Cli.Batches.Plan;

namespace SdFleet.Cli.Tests.Batches;

public sealed class SpreadSamplesTests
{
    [Theory]
    [InlineData(1, 5)]
    [InlineData(3, 5)]
    [InlineData(80, 5)]
    [InlineData(81, 5)]
    [InlineData(12_345, 5)]
    [InlineData(100_000, 7)]
    [InlineData(1000, 1)]
    public void Take_HoweverMany_AreSpreadFromTheFirstToAboutTheLast(int count, int wanted)
    {
        var samples = new SpreadSamples<int>(wanted);
        for (var i = 0; i < count; i++)
        {
            samples.Add(i);
        }

        var taken = samples.Take();

        Assert.Equal(Math.Min(count, wanted), taken.Count);
        Assert.Equal(0, taken[0]);
        if (taken.Count > 1)
        {
            Assert.InRange(taken[^1], (int)((count - 1) * 0.8), count - 1);
            var gaps = taken.Zip(taken.Skip(1), (a, b) => b - a).ToList();
            Assert.All(gaps, gap => Assert.InRange(gap, 1, (gaps.Min() * 2) + 1));
        }
    }
}
