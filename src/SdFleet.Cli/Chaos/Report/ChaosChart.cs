using System.Globalization;
using System.Text;
using SdFleet.Cli.Chaos.Faults;
using SdFleet.Cli.Demo;
using SdFleet.Cli.Output;

namespace SdFleet.Cli.Chaos.Report;

/// <summary>The run over time as SVG: how many jobs ended a second, what waited, and the faults between them.</summary>
internal static class ChaosChart
{
    private const double Width = 1000;
    private const double Height = 150;
    private const int MostColumns = 160;

    /// <summary>Columns of the jobs that ended a second, the faults as bars from their beginning to their end, with what they were.</summary>
    public static string Rate(ChaosReport report)
    {
        var samples = report.Samples;
        var end = End(report);
        var columns = (int)Math.Clamp(Math.Ceiling(end), 1, MostColumns);
        var rates = new double[columns];
        for (var i = 0; i < columns; i++)
        {
            var (from, to) = (end * i / columns, end * (i + 1) / columns);
            rates[i] = Math.Max(0, (FinishedAt(samples, to) - FinishedAt(samples, from)) / (to - from));
        }

        var most = Math.Max(1, rates.Max());
        var svg = Begin();
        foreach (var strike in report.Faults)
        {
            svg.Append(
                CultureInfo.InvariantCulture,
                $"<rect x=\"{X(strike.At, end):0.##}\" y=\"0\" width=\"{Math.Max(X(strike.At + strike.Lasted, end) - X(strike.At, end), 1.5):0.##}\" height=\"{Height}\" fill=\"{FaultWords.Color(strike.Kind)}\" fill-opacity=\".28\"><title>{Title(strike)}</title></rect>");
        }

        var step = Width / columns;
        for (var i = 0; i < columns; i++)
        {
            var height = (Height - 8) * rates[i] / most;
            svg.Append(
                CultureInfo.InvariantCulture,
                $"<rect x=\"{(i * step) + (step * .1):0.##}\" y=\"{Height - height:0.##}\" width=\"{step * .8:0.##}\" height=\"{height:0.##}\" fill=\"#5b7fd6\" pointer-events=\"none\"/>");
        }

        return Finish(svg, end, $"at most {most:0.#} a second");
    }

    /// <summary>Lines of the jobs that were submitted and had not ended, and of the messages in the work queues.</summary>
    public static string Waiting(ChaosReport report)
    {
        var end = End(report);
        var waiting = report.Samples.Select(s => (s.At, Value: (double)(s.Submitted - s.Finished))).ToList();
        var queued = report.Samples.Where(s => s.InQueues is not null).Select(s => (s.At, Value: (double)s.InQueues!.Value)).ToList();
        var most = Math.Max(1, waiting.Concat(queued).Select(p => p.Value).DefaultIfEmpty(1).Max());
        var svg = Begin();
        Line(svg, waiting, most, end, "#5b7fd6");
        Line(svg, queued, most, end, "#d06a4c");
        return Finish(svg, end, $"at most {most:0}");
    }

    private static double End(ChaosReport report) => Math.Max(1, Math.Max(report.Seconds, report.Samples.Select(s => s.At).DefaultIfEmpty(1).Max()));

    private static double X(double at, double end) => Width * Math.Clamp(at / end, 0, 1);

    // Between two samples, in proportion.
    private static double FinishedAt(IReadOnlyList<Sample> samples, double at)
    {
        var (before, count) = (0.0, 0.0);
        foreach (var sample in samples)
        {
            if (sample.At >= at)
            {
                return sample.At - before <= 0 ? sample.Finished : count + ((sample.Finished - count) * (at - before) / (sample.At - before));
            }

            (before, count) = (sample.At, sample.Finished);
        }

        return count;
    }

    private static void Line(StringBuilder svg, IReadOnlyList<(double At, double Value)> points, double most, double end, string color)
    {
        var path = points.Select(p => string.Create(CultureInfo.InvariantCulture, $"{X(p.At, end):0.##},{Height - ((Height - 8) * p.Value / most):0.##}"));
        svg.Append(
            CultureInfo.InvariantCulture,
            $"<polyline points=\"{string.Join(' ', path)}\" fill=\"none\" stroke=\"{color}\" stroke-width=\"1.5\" vector-effect=\"non-scaling-stroke\"/>");
    }

    private static string Title(Strike strike) => PageStyle.Text(
        FormattableString.Invariant($"{strike.Number}: {FaultWords.Of(strike.Kind)} at {strike.At:0.0} s, {strike.What}"));

    private static StringBuilder Begin() => new StringBuilder()
        .Append(CultureInfo.InvariantCulture, $"<svg viewBox=\"0 0 {Width} {Height}\" preserveAspectRatio=\"none\" role=\"img\">");

    private static string Finish(StringBuilder svg, double end, FormattableString most) => svg
        .Append("</svg>\n<div class=\"axis\"><span>0</span><span>")
        .Append(PageStyle.Text(most.ToString(CultureInfo.InvariantCulture)))
        .Append("</span><span>")
        .Append(PageStyle.Text(Amount.Duration(end)))
        .Append("</span></div>\n")
        .ToString();
}
