using System.Globalization;
using System.Text;
using SdFleet.Cli.Demo;
using SdFleet.Cli.Output;

namespace SdFleet.Cli.Soak.Report;

/// <summary>Lines over time as SVG, from 0 to their highest; behind them the time that is not judged.</summary>
internal static class SoakChart
{
    private const double Width = 1000;
    private const double Height = 150;
    private const double Top = 8;

    private static readonly string[] Colors = ["#5b7fd6", "#d06a4c", "#2f8f6b", "#a05fb4", "#c79a2b", "#4aa3a3", "#b4506e", "#7d8590"];

    /// <summary>A chart of lines of one measure, with their key.</summary>
    public static string Render(SoakReport report, IReadOnlyList<Trend> trends)
    {
        var measure = trends[0].Line.Measure;
        var most = report.Samples.SelectMany(s => trends.Select(t => s.Values.TryGetValue(t.Line, out var value) ? value : 0)).DefaultIfEmpty(0).Max();
        var scale = most > 0 ? (Height - Top) / most : 0;
        var svg = new StringBuilder();
        Append(svg, $"<svg viewBox=\"0 0 {Width} {Height}\" preserveAspectRatio=\"none\" role=\"img\">");
        Append(svg, $"<rect x=\"0\" y=\"0\" width=\"{Width * TrendJudge.WarmUp:0.##}\" height=\"{Height}\" fill=\"#888\" fill-opacity=\".12\"><title>warm-up, not judged</title></rect>");
        foreach (var (i, trend) in trends.Index())
        {
            var points = report.Samples.Where(s => s.Values.ContainsKey(trend.Line))
                .Select(s => string.Create(CultureInfo.InvariantCulture, $"{Width * Math.Clamp(s.At / report.Seconds, 0, 1):0.##},{Height - (s.Values[trend.Line] * scale):0.##}"));
            Append(svg, $"<polyline points=\"{string.Join(' ', points)}\" fill=\"none\" stroke=\"{Colors[i % Colors.Length]}\" stroke-width=\"1.5\" vector-effect=\"non-scaling-stroke\"/>");
        }

        Append(svg, $"</svg>\n<div class=\"axis\"><span>0</span><span>at most {MeasureWords.Value(measure, most)}</span><span>{Amount.Duration(report.Seconds)}</span></div>\n<div class=\"key\">");
        foreach (var (i, trend) in trends.Index())
        {
            Append(svg, $"<span><i style=\"background:{Colors[i % Colors.Length]}\"></i>{PageStyle.Text(trend.Line.Of)}</span>");
        }

        return svg.Append("</div>\n").ToString();
    }

    private static void Append(StringBuilder svg, FormattableString text) => svg.Append(text.ToString(CultureInfo.InvariantCulture));
}
