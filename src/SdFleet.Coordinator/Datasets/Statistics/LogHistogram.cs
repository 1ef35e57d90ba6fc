namespace SdFleet.Coordinator.Datasets.Statistics;

/// <summary>Positive numbers counted in bins of which eight double the value, so that any number of them takes the same memory.</summary>
public sealed class LogHistogram
{
    private const int BinsPerOctave = 8;

    private readonly SortedDictionary<int, long> _bins = [];

    /// <summary>How many there are.</summary>
    public long Count { get; private set; }

    /// <summary>Their sum.</summary>
    public double Sum { get; private set; }

    /// <summary>The smallest.</summary>
    public double Min { get; private set; } = double.PositiveInfinity;

    /// <summary>The largest.</summary>
    public double Max { get; private set; } = double.NegativeInfinity;

    /// <summary>Their mean; 0 where there are none.</summary>
    public double Mean => Count == 0 ? 0 : Sum / Count;

    /// <summary>The bins that hold something: where they begin and end, and how many are in them.</summary>
    public IReadOnlyList<(double From, double To, long Count)> Bins =>
        [.. _bins.Select(b => (Edge(b.Key), Edge(b.Key + 1), b.Value))];

    public void Add(double value)
    {
        Count++;
        Sum += value;
        Min = Math.Min(Min, value);
        Max = Math.Max(Max, value);
        var bin = (int)Math.Floor(Math.Log2(Math.Max(value, 1e-9)) * BinsPerOctave);
        _bins[bin] = _bins.GetValueOrDefault(bin) + 1;
    }

    /// <summary>The value below which a part of them lies, to within 5 %.</summary>
    /// <param name="part">0 to 1.</param>
    public double Quantile(double part)
    {
        var rank = part * Count;
        var seen = 0L;
        foreach (var (bin, count) in _bins)
        {
            seen += count;
            if (seen >= rank)
            {
                return Math.Clamp(Math.Sqrt(Edge(bin) * Edge(bin + 1)), Min, Max);
            }
        }

        return 0;
    }

    private static double Edge(int bin) => Math.Pow(2, (double)bin / BinsPerOctave);
}
