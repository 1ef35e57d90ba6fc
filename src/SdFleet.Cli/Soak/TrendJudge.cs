namespace SdFleet.Cli.Soak;

/// <summary>
/// Says which lines are flat. What is judged begins after the warm-up: code is compiled, pools fill and heaps find their size in it.
/// </summary>
/// <remarks>
/// Memory and messages rise and fall by nature, so a straight line is fitted (least squares), and what it gains over a whole run
/// is held against a share of the level. The rest are things that are opened and closed: a pool may open one more and keep it, but
/// nothing may go on rising. They grow where the lowest value of the last third is above the highest of the first by more than
/// a hundredth of the level, with the middle third's median between the two; one step up is no growth, two in different thirds are.
/// Threads and sessions are pooled by how busy the moment is: of those, a few more are no growth however many steps they came in.
/// </remarks>
internal static class TrendJudge
{
    /// <summary>Share of a run that is warm-up.</summary>
    public const double WarmUp = 0.25;

    /// <summary>What messages that wait may gain over a run, where a share of their level is less.</summary>
    public const double WaitingSlack = 50;

    // Of hundreds of files, three pools may each have opened one more, at different times.
    private const double PoolSlack = 0.01;

    // A pool of threads starts one whenever work has waited for half a second, and lets it go after twenty; one of sessions keeps its own for minutes.
    private const double ThreadSlack = 4;
    private const double SessionSlack = 2;

    private const int FewestPoints = 9;

    /// <summary>The trend of each line.</summary>
    /// <param name="samples">In order of time.</param>
    /// <param name="lines">What was to be measured: a line that no sample has is not flat.</param>
    /// <param name="seconds">Length of the run.</param>
    /// <param name="maxGrowth">Share of its level that memory, and messages that wait, may gain over the run.</param>
    public static IReadOnlyList<Trend> Judge(IReadOnlyList<SoakSample> samples, IReadOnlyList<Line> lines, double seconds, double maxGrowth)
    {
        var judged = samples.Where(s => s.At >= seconds * WarmUp).ToList();
        return
        [
            .. lines.Union(samples.SelectMany(s => s.Values.Keys)).OrderBy(l => l.Measure)
                .Select(line => Judge(line, [.. judged.Where(s => s.Values.ContainsKey(line)).Select(s => (s.At, s.Values[line]))], judged.Count, seconds, maxGrowth)),
        ];
    }

    private static Trend Judge(Line line, List<(double At, double Value)> points, int samples, double seconds, double maxGrowth)
    {
        // One that is missing half of the time may have grown in the other half.
        if (points.Count < FewestPoints || points.Count * 2 < samples)
        {
            return new Trend(line, double.NaN, double.NaN, double.NaN, double.NaN, line.Measure == Measure.Processor ? TrendVerdict.NotJudged : TrendVerdict.Unknown);
        }

        var level = points.Average(p => p.Value);
        var growth = Slope(points) * seconds;
        var third = points.Count / 3;
        var (first, middle, last) = (Sorted(points[..third]), Sorted(points[third..^third]), Sorted(points[^third..]));
        var isGrowing = line.Measure switch
        {
            Measure.Memory => growth > level * maxGrowth,
            Measure.Waiting => growth > Math.Max(level * maxGrowth, WaitingSlack),
            _ => last[0] > first[^1] + Slack(line.Measure, level) && Middle(middle) > Middle(first) && Middle(middle) < Middle(last),
        };
        return new Trend(
            line,
            level,
            growth,
            Middle(first),
            Middle(last),
            line.Measure == Measure.Processor ? TrendVerdict.NotJudged : isGrowing ? TrendVerdict.Growing : TrendVerdict.Flat);
    }

    private static double Slack(Measure measure, double level) => measure switch
    {
        Measure.Threads => ThreadSlack,
        Measure.Sessions => SessionSlack,
        _ => level * PoolSlack,
    };

    private static double Slope(List<(double At, double Value)> points)
    {
        var (at, value) = (points.Average(p => p.At), points.Average(p => p.Value));
        var spread = points.Sum(p => (p.At - at) * (p.At - at));
        return spread > 0 ? points.Sum(p => (p.At - at) * (p.Value - value)) / spread : 0;
    }

    private static double[] Sorted(List<(double At, double Value)> points) => [.. points.Select(p => p.Value).Order()];

    private static double Middle(double[] sorted) => sorted[sorted.Length / 2];
}
