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
