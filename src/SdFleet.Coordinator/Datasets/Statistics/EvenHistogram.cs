namespace SdFleet.Coordinator.Datasets.Statistics;

/// <summary>Numbers of a range counted in bins of equal width; what lies outside counts in the bin at that end.</summary>
/// <param name="least">Where the first bin begins.</param>
/// <param name="most">Where the last bin ends.</param>
/// <param name="bins">How many, at least 1.</param>
public sealed class EvenHistogram(double least, double most, int bins)
{
    private readonly long[] _counts = new long[bins];

    /// <summary>How many are in each bin.</summary>
    public IReadOnlyList<long> Counts => _counts;

    /// <summary>How many there are.</summary>
    public long Count { get; private set; }

    public void Add(double value)
    {
        Count++;
        _counts[BinOf(value)]++;
    }

    /// <summary>Where a bin begins.</summary>
    public double Edge(int bin) => least + ((most - least) * bin / bins);

    private int BinOf(double value) => Math.Clamp((int)Math.Floor((value - least) / (most - least) * bins), 0, bins - 1);
}
