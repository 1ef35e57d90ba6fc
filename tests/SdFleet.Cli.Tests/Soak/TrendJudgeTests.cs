using SdFleet.Cli.Soak;

namespace SdFleet.Cli.Tests.Soak;

public sealed class TrendJudgeTests
{
    private const double Seconds = 1200;
    private const double Interval = 5;
    private const double MaxGrowth = 0.1;

    // Deterministic noise between -1 and 1.
    private static double Noise(double at) => Math.Sin(at * 12.9898) * Math.Cos(at * 4.1414);

    [Theory]
    [InlineData(0, false)]
    [InlineData(6, false)]
    [InlineData(15, true)]
    [InlineData(-50, false)]
    public void Memory_GrowsWhereALineGainsMoreThanATenthOverTheRun(double megabytes, bool isGrowing)
    {
        var trend = Judge(Measure.Memory, at => 1e8 + (megabytes * 1e6 * at / Seconds) + (4e6 * Noise(at)));

        Assert.Equal(isGrowing ? TrendVerdict.Growing : TrendVerdict.Flat, trend.Verdict);
        Assert.Equal(megabytes * 1e6, trend.Growth, 2e6);
    }

    [Fact]
    public void Memory_ThatRisesWhileItWarmsUpOnly_IsFlat() =>
        Assert.Equal(TrendVerdict.Flat, Judge(Measure.Memory, at => at < Seconds * TrendJudge.WarmUp ? 2e8 * at / Seconds : 1e8).Verdict);

    // A collector's sawtooth: up for a minute, then back.
    [Fact]
    public void Memory_ASawtooth_IsFlat() =>
        Assert.Equal(TrendVerdict.Flat, Judge(Measure.Memory, at => 1e8 + (2e7 * (at % 60) / 60)).Verdict);

    [Theory]
    [InlineData(1, 1)]
    [InlineData(5, 20)]
    [InlineData(60, 1)]
    public void OpenFiles_OneMoreEverySoOften_Grow(double everySeconds, double noise) =>
        Assert.Equal(TrendVerdict.Growing, Judge(Measure.OpenFiles, at => 200 + Math.Floor(at / everySeconds) + Math.Round(noise * Noise(at))).Verdict);

    [Fact]
    public void OpenFiles_ThatComeAndGo_AreFlat() =>
        Assert.Equal(TrendVerdict.Flat, Judge(Measure.OpenFiles, at => 200 + Math.Round(10 * Noise(at))).Verdict);

    // A pool that needed one more once keeps it.
    [Theory]
    [InlineData(350)]
    [InlineData(800)]
    [InlineData(1100)]
    public void Sessions_OneStep_AreFlat(double stepAt) => Assert.Equal(TrendVerdict.Flat, Judge(Measure.Sessions, at => at < stepAt ? 5 : 6).Verdict);

    [Fact]
    public void Connections_AStepInEachThird_Grow() =>
        Assert.Equal(TrendVerdict.Growing, Judge(Measure.Connections, at => at < 620 ? 5 : at < 920 ? 6 : 7).Verdict);

    // One more in each third: a thread pool does that on a busy machine. One a minute goes on, or one session in two.
    [Theory]
    [InlineData(nameof(Measure.Threads), 300, false)]
    [InlineData(nameof(Measure.Threads), 60, true)]
    [InlineData(nameof(Measure.Sessions), 600, false)]
    [InlineData(nameof(Measure.Sessions), 120, true)]
    public void Pooled_GrowsWhereItGoesOn(string measure, double everySeconds, bool isGrowing) =>
        Assert.Equal(isGrowing ? TrendVerdict.Growing : TrendVerdict.Flat, Judge(Enum.Parse<Measure>(measure), at => 22 + Math.Floor(at / everySeconds)).Verdict);

    [Theory]
    [InlineData(10, false)]
    [InlineData(500, true)]
    public void Waiting_MoreThanIsDone_Grows(double messages, bool isGrowing) =>
        Assert.Equal(isGrowing ? TrendVerdict.Growing : TrendVerdict.Flat, Judge(Measure.Waiting, at => 3 + (messages * at / Seconds)).Verdict);

    [Fact]
    public void Processor_IsShownOnly() => Assert.Equal(TrendVerdict.NotJudged, Judge(Measure.Processor, at => at).Verdict);

    // What could not be looked at must not count as flat.
    [Theory]
    [InlineData(0.1)]
    [InlineData(0.4)]
    public void Line_MissingMostOfTheTime_IsNotFlat(double share)
    {
        var line = new Line("broker", Measure.Channels);
        var samples = Samples(_ => 3, line).Select((s, i) => i % 10 < share * 10 ? s : s with { Values = new Dictionary<Line, double> { [new Line("api", Measure.Threads)] = 9 } }).ToList();

        var trends = TrendJudge.Judge(samples, [], Seconds, MaxGrowth);

        Assert.Equal(TrendVerdict.Unknown, trends.Single(t => t.Line == line).Verdict);
        Assert.EndsWith("could not be measured", trends.Single(t => t.Line == line).ToString(), StringComparison.Ordinal);
    }

    // An endpoint that never answers leaves no sample at all.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Line_NeverMeasured_IsNotFlat(bool hasOthers)
    {
        Line[] wanted = [new("api", Measure.Memory), new("broker", Measure.Channels)];

        var trends = TrendJudge.Judge(hasOthers ? Samples(_ => 3, wanted[0]) : [], wanted, Seconds, MaxGrowth);

        Assert.Equal(
            [hasOthers ? TrendVerdict.Flat : TrendVerdict.Unknown, TrendVerdict.Unknown],
            wanted.Select(line => trends.Single(t => t.Line == line).Verdict));
    }

    [Fact]
    public void Trend_InWords_SaysWhatFromWhereTo()
    {
        var trend = Judge(Measure.OpenFiles, at => Math.Floor(at / 10));

        Assert.Equal("api: open files and sockets grows: 45, then 105 (+120 over the run)", trend.ToString());
    }

    internal static List<SoakSample> Samples(Func<double, double> value, params Line[] lines) =>
    [
        .. Enumerable.Range(0, (int)(Seconds / Interval)).Select(i => new SoakSample(i * Interval, lines.ToDictionary(l => l, _ => value(i * Interval)))),
    ];

    private static Trend Judge(Measure measure, Func<double, double> value) =>
        Assert.Single(TrendJudge.Judge(Samples(value, new Line("api", measure)), [], Seconds, MaxGrowth));
}
