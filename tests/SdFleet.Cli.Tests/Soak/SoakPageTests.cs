using SdFleet.Cli.Soak;
using SdFleet.Cli.Soak.Report;

namespace SdFleet.Cli.Tests.Soak;

public sealed class SoakPageTests
{
    private static readonly Line Memory = new("api", Measure.Memory);
    private static readonly Line Channels = new("broker", Measure.Channels);

    [Fact]
    public void Page_OfAFlatRun_SaysSo_WithoutTheNetwork()
    {
        var report = Report(_ => 100);

        var page = SoakPage.Render(report);

        Assert.True(report.IsGood);
        Assert.Equal("flat: all 2 lines (20 min, 40 jobs, 2 a second, seed 1)", report.Verdict);
        Assert.Contains("<div class=\"verdict\">flat</div>", page, StringComparison.Ordinal);
        Assert.Contains("<h3>Broker: channels</h3>", page, StringComparison.Ordinal);
        Assert.DoesNotContain("What is not flat", page, StringComparison.Ordinal);
        Assert.DoesNotContain("http", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Page_OfAGrowingRun_NamesTheLinesAndTheTroubles()
    {
        var report = Report(at => 100 + at) with { Troubles = ["worker <2> ended by itself"] };

        var page = SoakPage.Render(report);

        Assert.False(report.IsGood);
        Assert.Equal("not flat: 2 of 2 lines, 1 other trouble (20 min, 40 jobs, 2 a second, seed 1)", report.Verdict);
        Assert.Contains("<div class=\"verdict bad\">not flat</div>", page, StringComparison.Ordinal);
        Assert.Contains("<li>broker: channels grows: ", page, StringComparison.Ordinal);
        Assert.Contains("<li>worker &lt;2&gt; ended by itself</li>", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Csv_HasAColumnALineAndLeavesEmptyWhatIsMissing()
    {
        var report = Report(_ => 1.5) with { Samples = [new SoakSample(0, new Dictionary<Line, double> { [Memory] = 1.5, [Channels] = 2 }), new SoakSample(5.04, new Dictionary<Line, double> { [Channels] = 2 })] };

        Assert.Equal("seconds,api: memory,broker: channels\n0.0,1.5,2\n5.0,,2\n", SoakFolder.Csv(report));
    }

    private static SoakReport Report(Func<double, double> value)
    {
        var samples = TrendJudgeTests.Samples(value, Memory, Channels);
        return new SoakReport
        {
            Version = "1.2.3",
            StartedAt = new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero),
            Seconds = 1200,
            Rate = 2,
            Seed = 1,
            Coordinators = 1,
            Workers = 2,
            MaxGrowth = 0.1,
            Jobs = 40,
            Batches = 3,
            Webhooks = 8,
            Troubles = [],
            Trends = TrendJudge.Judge(samples, [Memory, Channels], 1200, 0.1),
            Samples = samples,
        };
    }
}
