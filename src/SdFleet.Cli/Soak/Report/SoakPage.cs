using System.Globalization;
using System.Text;
using SdFleet.Cli.Chaos.Report;
using SdFleet.Cli.Demo;
using SdFleet.Cli.Output;

namespace SdFleet.Cli.Soak.Report;

/// <summary>A page on a soak, in one file: what was measured over time, and what is flat.</summary>
internal static class SoakPage
{
    public static string Render(SoakReport report)
    {
        var page = new StringBuilder(PageStyle.Head($"Soak: {report.Verdict}", ChaosPage.Css));
        page.Append("<h1>What goes on growing while the fleet works</h1>\n");
        Append(page, $"<div class=\"verdict{(report.IsGood ? "" : " bad")}\">{(report.IsGood ? "flat" : "not flat")}</div>\n");
        Append(page, $"<p>{Text(Summary(report))}</p>\n");
        Tiles(page, report);
        if (!report.IsGood)
        {
            page.Append("<h2>What is not flat</h2>\n<ul>\n");
            foreach (var line in report.NotFlat.Select(t => t.ToString()).Concat(report.Troubles))
            {
                Append(page, $"<li>{Text(line)}</li>\n");
            }

            page.Append("</ul>\n");
        }

        page.Append("<h2>The run over time</h2>\n");
        foreach (var measure in report.Trends.GroupBy(t => t.Line.Measure))
        {
            Append(page, $"<section><h3>{Text(Title(measure.Key))}</h3>\n{SoakChart.Render(report, [.. measure])}</section>\n");
        }

        page.Append("<h2>Every line</h2>\n");
        Table(page, report);
        Append(page, $"<footer>SdFleet {Text(report.Version)}, {report.StartedAt.UtcDateTime:yyyy-MM-dd HH:mm} UTC. Once more: sdfleet soak --minutes {report.Seconds / 60:0.##} --rate {report.Rate:0.##} --seed {report.Seed}. Written by sdfleet soak; every sample is in soak.csv beside it.</footer>\n");
        return page.Append("</html>\n").ToString();
    }

    private static string Summary(SoakReport report) => Amount.Text(
        $"{Amount.Plural(report.Jobs, "job")} came at a steady rate to one API, {Amount.Plural(report.Coordinators, "coordinator")} and {Amount.Plural(report.Workers, "worker")}, each a process, whose model computes nothing. ") + Amount.Text(
        $"The first quarter is warm-up. After it, memory and messages that wait grow where a straight line through them gains more than {report.MaxGrowth * 100:0.#} % of their level over a run; ") +
        "what is opened and closed (files, sockets, threads, connections, channels, consumers, queues, sessions) grows where it rises from third to third, and never comes back.";

    private static string Title(Measure measure) => measure switch
    {
        Measure.Connections or Measure.Channels or Measure.Consumers or Measure.Queues or Measure.Waiting => $"Broker: {MeasureWords.Of(measure)}",
        Measure.Sessions => $"PostgreSQL: {MeasureWords.Of(measure)}",
        _ => $"Processes: {MeasureWords.Of(measure)}",
    };

    private static void Tiles(StringBuilder page, SoakReport report)
    {
        page.Append("<div class=\"tiles\">\n");
        Tile(page, TimeSpan.FromSeconds(report.Seconds).ToString(@"h\:mm\:ss", CultureInfo.InvariantCulture), "hours, minutes, seconds");
        Tile(page, Amount.Text($"{report.Jobs:N0}"), "jobs");
        Tile(page, Amount.Text($"{report.Rate:0.##}"), "jobs a second");
        Tile(page, Amount.Text($"{report.Batches:N0}"), "batches beside them");
        Tile(page, Amount.Text($"{report.Webhooks:N0}"), "webhooks delivered");
        Tile(page, Amount.Text($"{report.Trends.Where(t => t.Line.Measure == Measure.Processor && !double.IsNaN(t.Level)).Sum(t => t.Level):0.00}"), "cores used by the services");
        page.Append("</div>\n");
    }

    private static void Table(StringBuilder page, SoakReport report)
    {
        page.Append("<div class=\"wide\"><table>\n<tr><th>of</th><th>what</th><th class=\"n\">level</th><th class=\"n\">first third</th><th class=\"n\">last third</th><th class=\"n\">a line gains</th><th></th></tr>\n");
        foreach (var trend in report.Trends)
        {
            string Value(double value) => double.IsNaN(value) ? "" : MeasureWords.Value(trend.Line.Measure, value);
            Append(
                page,
                $"<tr><td>{Text(trend.Line.Of)}</td><td>{MeasureWords.Of(trend.Line.Measure)}</td><td class=\"n\">{Value(trend.Level)}</td><td class=\"n\">{Value(trend.First)}</td><td class=\"n\">{Value(trend.Last)}</td><td class=\"n\">{Value(trend.Growth)}</td><td>{Word(trend.Verdict)}</td></tr>\n");
        }

        page.Append("</table></div>\n");
    }

    private static string Word(TrendVerdict verdict) => verdict switch
    {
        TrendVerdict.Flat => "flat",
        TrendVerdict.Growing => "<b>grows</b>",
        TrendVerdict.Unknown => "<b>not measured</b>",
        _ => "",
    };

    private static void Tile(StringBuilder page, string value, string name) => Append(page, $"<div><b>{Text(value)}</b><span>{Text(name)}</span></div>\n");

    private static void Append(StringBuilder page, FormattableString text) => page.Append(text.ToString(CultureInfo.InvariantCulture));

    private static string Text(string text) => PageStyle.Text(text);
}
