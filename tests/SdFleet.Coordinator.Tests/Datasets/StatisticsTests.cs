using SdFleet.Coordinator.Datasets.Statistics;

namespace SdFleet.Coordinator.Tests.Datasets;

public sealed class StatisticsTests
{
    [Fact]
    public void Spread_OfAnyLength_IsEvenAndFull()
    {
        foreach (var count in new[] { 0, 1, 7, 8, 9, 100, 12_345 })
        {
            var sample = new SpreadSample<int>(8);
            for (var i = 0; i < count; i++)
            {
                sample.Add(i);
            }

            Assert.InRange(sample.Items.Count, Math.Min(count, 4), Math.Min(count, 8));
            Assert.Single(sample.Items.Zip(sample.Items.Skip(1), (a, b) => b - a).Append(count > 1 ? sample.Items[1] : 0).Distinct());
            Assert.Equal(count > 0 ? [0] : [], sample.Items.Take(1));
            Assert.Equal(Math.Min(sample.Items.Count, 3), sample.Take(3).Count);
        }
    }

    [Theory]
    [InlineData(1, 5)]
    [InlineData(3, 5)]
    [InlineData(80, 5)]
    [InlineData(81, 5)]
    [InlineData(12_345, 5)]
    [InlineData(100_000, 7)]
    [InlineData(1000, 1)]
    public void Spread_HoweverMany_AreSpreadFromTheFirstToAboutTheLast(int count, int wanted)
    {
        var samples = new SpreadSample<int>(16 * wanted);
        for (var i = 0; i < count; i++)
        {
            samples.Add(i);
        }

        var taken = samples.Take(wanted);

        Assert.Equal(Math.Min(count, wanted), taken.Count);
        Assert.Equal(0, taken[0]);
        if (taken.Count > 1)
        {
            Assert.InRange(taken[^1], (int)((count - 1) * 0.8), count - 1);
            var gaps = taken.Zip(taken.Skip(1), (a, b) => b - a).ToList();
            Assert.All(gaps, gap => Assert.InRange(gap, 1, (gaps.Min() * 2) + 1));
        }
    }

    [Fact]
    public void Quantiles_OfAHistogram_AreNearTheTrueOnes()
    {
        var histogram = new LogHistogram();
        for (var i = 1; i <= 1000; i++)
        {
            histogram.Add(i / 100.0);
        }

        Assert.InRange(histogram.Quantile(0.5), 5 * 0.95, 5 * 1.05);
        Assert.InRange(histogram.Quantile(0.95), 9.5 * 0.95, 9.5 * 1.05);
        Assert.Equal((0.01, 10), (histogram.Min, histogram.Max));
        Assert.Equal(5.005, histogram.Mean, 1e-9);
        Assert.Equal(1000, histogram.Bins.Sum(b => b.Count));
    }
}
