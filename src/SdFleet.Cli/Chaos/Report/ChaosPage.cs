using System.Globalization;
using System.Text;
using SdFleet.Cli.Chaos.Faults;
using SdFleet.Cli.Demo;
using SdFleet.Cli.Output;

namespace SdFleet.Cli.Chaos.Report;

/// <summary>A page on a run, in one file: what was done when, what the fleet did, and what came of it.</summary>
internal static class ChaosPage
{
    /// <summary>The rules of a report's page.</summary>
    internal const string Css =
        """
          h2 { font-size: 1.05rem; margin: 2.2rem 0 .8rem; }
          .verdict { font-size: 1.5rem; font-weight: 600; margin: 1rem 0 .4rem; color: #2f8f6b; } .verdict.bad { color: #c4442c; }
          .tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(7.4rem, 1fr)); gap: .7rem; margin: 1.2rem 0 0; padding: 0; }
          .tiles div, section { border: 1px solid var(--edge); border-radius: 6px; padding: .7rem .9rem; background: color-mix(in srgb, var(--edge) 14%, transparent); }
          .tiles b { display: block; font-size: 1.35rem; white-space: nowrap; font-weight: 600; line-height: 1.25; font-variant-numeric: tabular-nums; }
          .tiles span { color: var(--faint); font-size: .82rem; }
          section { margin-bottom: 1rem; } section h3 { font-size: .9rem; margin: 0 0 .7rem; } section h3 small { display: inline; font-weight: 400; margin-left: .4rem; }
          svg { width: 100%; height: 150px; display: block; border-bottom: 1px solid var(--edge); }
          .axis { display: flex; justify-content: space-between; color: var(--faint); font-size: .76rem; margin-top: .25rem; }
          .key { display: flex; flex-wrap: wrap; gap: .3rem 1.2rem; font-size: .8rem; color: var(--faint); margin-top: .6rem; }
          .key i { display: inline-block; width: .8rem; height: .8rem; border-radius: 2px; margin-right: .35rem; vertical-align: -1px; }
          .wide { overflow-x: auto; }
          table { border-collapse: collapse; font-size: .84rem; width: 100%; }
          th { text-align: left; font-weight: 600; color: var(--faint); } td, th { padding: .3rem .8rem .3rem 0; border-bottom: 1px solid var(--edge); vertical-align: top; }
          .n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
          ul { padding-left: 1.2rem; font-size: .86rem; } li { margin: .2rem 0; overflow-wrap: anywhere; }
          .columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(24rem, 1fr)); gap: 0 2.4rem; align-items: start; }
          footer { margin: 2.2rem 0 1rem; color: var(--faint); font-size: .8rem; overflow-wrap: anywhere; }
        """;

    public static string Render(ChaosReport report)
    {
        var isGood = report.Findings.Count == 0;
        var page = new StringBuilder(PageStyle.Head($"Chaos: {report.Verdict}", Css));
        page.Append("<h1>What the fleet keeps when things die</h1>\n");
        Append(page, $"<div class=\"verdict{(isGood ? "" : " bad")}\">{report.Lost} lost, {report.Duplicated} duplicated</div>\n");
        Append(page, $"<p>{Text(Summary(report))}</p>\n");
        Tiles(page, report);
        if (!isGood)
        {
            page.Append("<h2>Broken promises</h2>\n");
            List(page, report.Findings.Select(f => f.ToString()));
        }

        page.Append("<h2>The run over time</h2>\n");
        Append(page, $"<section><h3>Jobs that came to an end, a second<small>behind them the faults, from the beginning until all was back; point at one to see which</small></h3>\n{ChaosChart.Rate(report)}");
        Key(page, report);
        page.Append("</section>\n");
        Append(page, $"<section><h3>Waiting</h3>\n{ChaosChart.Waiting(report)}<div class=\"key\"><span><i style=\"background:#5b7fd6\"></i>jobs submitted and not at their end</span><span><i style=\"background:#d06a4c\"></i>messages in the work queues</span></div></section>\n");

        page.Append("<div class=\"columns\"><div>\n<h2>What came of it</h2>\n");
        Outcomes(page, report);
        page.Append("</div><div>\n<h2>Faults by kind</h2>\n");
        Kinds(page, report);
        page.Append("</div></div>\n<h2>Every fault</h2>\n");
        Faults(page, report);
        if (report.Events.Count > 0)
        {
            page.Append("<h2>What else happened</h2>\n");
            List(page, report.Events.Select(e => FormattableString.Invariant($"{e.At:0.0} s: {e.Text}")));
        }

        if (report.NotPossible.Count > 0)
        {
            page.Append("<h2>What could not be done here</h2>\n");
            List(page, report.NotPossible.Select(n => $"{n.Key}: {n.Value}"));
        }

        Append(page, $"<footer>SdFleet {Text(report.Version)}, {report.StartedAt.UtcDateTime:yyyy-MM-dd HH:mm} UTC. The same jobs and the same faults once more: sdfleet chaos --jobs {report.Jobs} --faults {report.Faults.Count} --seed {report.Seed}. Written by sdfleet chaos; everything is in this file, and in chaos.json beside it.</footer>\n");
        return page.Append("</html>\n").ToString();
    }

    private static string Summary(ChaosReport report) =>
        $"{Amount.Plural(report.Jobs, "job")} through one API, {Amount.Plural(report.Coordinators, "coordinator")} and {Amount.Plural(report.Workers, "worker")}, " +
        $"each a process, while {Amount.Plural(report.Faults.Count, "fault")} met them and their servers. Lost is what was promised and is not there, or not as it was asked for; " +
        "duplicated is what is there twice, was made more often than its attempts allow, or should not be there. The run kept its own list of what it submitted, read every record by the API and every file from the store.";

    private static void Tiles(StringBuilder page, ChaosReport report)
    {
        var recoveries = report.Faults.Select(f => f.RecoveredAfter).OfType<double>().Order().ToList();
        page.Append("<div class=\"tiles\">\n");
        Tile(page, Number(report.Jobs), "jobs");
        Tile(page, Number(report.Faults.Count), "faults");
        Tile(page, TimeSpan.FromSeconds(report.Seconds).ToString(@"h\:mm\:ss", CultureInfo.InvariantCulture), "hours, minutes, seconds to the last job's end");
        Tile(page, FormattableString.Invariant($"{report.Jobs / Math.Max(report.Seconds, 0.001):0.#}"), "jobs a second, faults included");
        if (recoveries.Count > 0)
        {
            Tile(page, Amount.Duration(Middle(recoveries)), "to get over a fault, half of them below");
            Tile(page, Amount.Duration(recoveries[^1]), "to get over the worst");
        }

        page.Append("</div>\n");
    }

    private static void Key(StringBuilder page, ChaosReport report)
    {
        page.Append("<div class=\"key\">");
        foreach (var kinds in report.Faults.Select(f => f.Kind).Distinct().Order().GroupBy(FaultWords.Color))
        {
            Append(page, $"<span><i style=\"background:{kinds.Key}\"></i>{Text(string.Join("; ", kinds.Select(FaultWords.Of)))}</span>");
        }

        page.Append("</div>\n");
    }

    private static void Outcomes(StringBuilder page, ChaosReport report)
    {
        page.Append("<table>\n");
        foreach (var outcome in report.Outcomes)
        {
            Append(page, $"<tr><td>{Text(outcome.What)}</td><td class=\"n\">{outcome.Count:N0}</td></tr>\n");
        }

        page.Append("</table>\n");
    }

    private static void Kinds(StringBuilder page, ChaosReport report)
    {
        page.Append("<table>\n<tr><th>fault</th><th class=\"n\">times</th><th class=\"n\">over it after: half below</th><th class=\"n\">worst</th></tr>\n");
        foreach (var kind in report.Faults.GroupBy(f => f.Kind).OrderBy(g => g.Key))
        {
            var recoveries = kind.Select(f => f.RecoveredAfter).OfType<double>().Order().ToList();
            var (half, worst) = recoveries.Count == 0 ? ("", "") : (Amount.Duration(Middle(recoveries)), Amount.Duration(recoveries[^1]));
            Append(page, $"<tr><td>{Text(FaultWords.Of(kind.Key))}</td><td class=\"n\">{kind.Count()}</td><td class=\"n\">{half}</td><td class=\"n\">{worst}</td></tr>\n");
        }

        page.Append("</table>\n");
    }

    private static void Faults(StringBuilder page, ChaosReport report)
    {
        page.Append("<div class=\"wide\"><table>\n<tr><th class=\"n\">#</th><th class=\"n\">at</th><th>fault</th><th>met</th><th class=\"n\">lasted</th><th class=\"n\">jobs in hand</th><th class=\"n\">over it after</th></tr>\n");
        foreach (var strike in report.Faults)
        {
            Fault(page, strike);
        }

        page.Append("</table></div>\n<p>A fault has lasted until what it took away was back. Jobs in hand are those that a worker had begun when it struck; the fleet is over it once all of them have come to an end.</p>\n");
    }

    private static void Fault(StringBuilder page, Strike strike) => page.Append(
        CultureInfo.InvariantCulture,
        $"<tr><td class=\"n\">{strike.Number}</td><td class=\"n\">{strike.At:0.0} s</td><td>{Text(FaultWords.Of(strike.Kind))}</td><td>{Text(strike.What)}</td>" +
        $"<td class=\"n\">{Amount.Duration(strike.Lasted)}</td><td class=\"n\">{strike.InHand}</td><td class=\"n\">{(strike.RecoveredAfter is { } after ? Amount.Duration(after) : "never")}</td></tr>\n");

    private static void List(StringBuilder page, IEnumerable<string> lines)
    {
        page.Append("<ul>\n");
        foreach (var line in lines)
        {
            Append(page, $"<li>{Text(line)}</li>\n");
        }

        page.Append("</ul>\n");
    }

    private static void Tile(StringBuilder page, string value, string name) => Append(page, $"<div><b>{Text(value)}</b><span>{Text(name)}</span></div>\n");

    private static double Middle(List<double> sorted) => sorted[sorted.Count / 2];

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static void Append(StringBuilder page, FormattableString text) => page.Append(text.ToString(CultureInfo.InvariantCulture));

    private static string Text(string text) => PageStyle.Text(text);
}
