using System.Globalization;
using System.Text;
using SdFleet.Cli.Demo;

namespace SdFleet.Cli.Datasets;

/// <summary>Charts as pieces of HTML and SVG.</summary>
internal static class Chart
{
    private const int MostBars = 12;
    private const double Width = 320;
    private const double Height = 120;

    /// <summary>A bar for each name, with its count.</summary>
    public static string Bars(IEnumerable<(string Name, long Count)> counts, bool isTrouble = false)
    {
        var all = counts.ToList();
        if (all.Count > MostBars)
        {
            var kept = all.OrderByDescending(c => c.Count).Take(MostBars - 1).ToHashSet();
            all = [.. all.Where(kept.Contains), ($"{all.Count - kept.Count} others", all.Where(c => !kept.Contains(c)).Sum(c => c.Count))];
        }

        var most = all.Select(c => c.Count).DefaultIfEmpty(1).Max();
        var html = new StringBuilder("<dl class=\"bars\">\n");
        foreach (var (name, count) in all)
        {
            html.Append(
                CultureInfo.InvariantCulture,
                $"<dt>{PageStyle.Text(name)}</dt><dd><i class=\"{(isTrouble ? "trouble" : "")}\" style=\"width:{100.0 * count / most:0.#}%\"></i><b>{count:N0}</b></dd>\n");
        }

        return html.Append("</dl>\n").ToString();
    }

    /// <summary>Columns of equal width, with what the first and the last stand for below.</summary>
    /// <param name="values">Their heights.</param>
    /// <param name="color">Each one's colour, as CSS.</param>
    /// <param name="labels">Below, from left to right.</param>
    public static string Columns(IReadOnlyList<long> values, Func<int, string> color, params string[] labels)
    {
        var most = Math.Max(1, values.DefaultIfEmpty(1).Max());
        var step = Width / Math.Max(1, values.Count);
        var svg = Begin();
        for (var i = 0; i < values.Count; i++)
        {
            var height = Height * values[i] / most;
            svg.Append(
                CultureInfo.InvariantCulture,
                $"<rect x=\"{(i * step) + 0.5:0.##}\" y=\"{Height - height:0.##}\" width=\"{Math.Max(step - 1, 0.5):0.##}\" height=\"{height:0.##}\" fill=\"{color(i)}\"/>");
        }

        return End(svg, labels);
    }

    /// <summary>Areas over one another, of as many values each.</summary>
    public static string Areas(IReadOnlyList<(IReadOnlyList<long> Values, string Color)> areas, params string[] labels)
    {
        // One flat ground would press everything else to the bottom; the square root lets the rest be seen.
        var most = Math.Sqrt(Math.Max(1, areas.Max(a => a.Values.Max())));
        var svg = Begin();
        foreach (var (values, color) in areas)
        {
            var points = values.Select((v, i) => string.Create(
                CultureInfo.InvariantCulture, $"{Width * i / (values.Count - 1):0.##},{Height - (Height * Math.Sqrt(v) / most):0.##}"));
            svg.Append(
                CultureInfo.InvariantCulture,
                $"<polygon points=\"0,{Height} {string.Join(' ', points)} {Width},{Height}\" fill=\"{color}\" fill-opacity=\".35\" stroke=\"{color}\" stroke-width=\"1.2\"/>");
        }

        return End(svg, labels);
    }

    private static StringBuilder Begin() => new StringBuilder()
        .Append(CultureInfo.InvariantCulture, $"<svg viewBox=\"0 0 {Width} {Height}\" preserveAspectRatio=\"none\" role=\"img\">");

    private static string End(StringBuilder svg, string[] labels) =>
        svg.Append("</svg>\n<div class=\"axis\">").AppendJoin("", labels.Select(l => $"<span>{PageStyle.Text(l)}</span>")).Append("</div>\n").ToString();
}
