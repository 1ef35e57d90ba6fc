using System.Globalization;
using System.Text;
using SdFleet.Cli.Demo;
using SdFleet.Cli.Output;
using SdFleet.Coordinator.Datasets.Statistics;
using SdFleet.Diffusion.Imaging;

namespace SdFleet.Cli.Datasets;

/// <summary>A page on a batch, in one file: what it came to, some of its pictures, and how its numbers are spread.</summary>
internal static class StatisticsPage
{
    public const int ThumbnailSide = 160;
    private const int MostPictures = 48;
    private const int MostColumns = 40;

    private const string Css =
        """
          h2 { font-size: 1.05rem; margin: 2.2rem 0 .8rem; }
          .tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(7.4rem, 1fr)); gap: .7rem; margin: 1.2rem 0 0; padding: 0; }
          .tiles div, section { border: 1px solid var(--edge); border-radius: 6px; padding: .7rem .9rem; background: color-mix(in srgb, var(--edge) 14%, transparent); }
          .tiles b { display: block; font-size: 1.35rem; white-space: nowrap; font-weight: 600; line-height: 1.25; font-variant-numeric: tabular-nums; }
          .tiles span { color: var(--faint); font-size: .82rem; }
          .sheet { display: grid; grid-template-columns: repeat(auto-fill, minmax(112px, 1fr)); gap: .9rem .7rem; }
          .sheet figcaption { font-size: .74rem; margin-top: .3rem; line-height: 1.3; }
          .sheet figcaption span { display: -webkit-box; -webkit-line-clamp: 2; -webkit-box-orient: vertical; overflow: hidden; }
          .charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(21rem, 1fr)); gap: 1rem; align-items: start; }
          .charts.wide { grid-template-columns: repeat(auto-fit, minmax(21rem, 1fr)); }
          section h3 { font-size: .9rem; margin: 0 0 .7rem; } section h3 small { display: inline; font-weight: 400; margin-left: .4rem; }
          svg { width: 100%; height: 130px; display: block; border-bottom: 1px solid var(--edge); }
          .axis { display: flex; justify-content: space-between; color: var(--faint); font-size: .76rem; margin-top: .25rem; }
          .bars { display: grid; grid-template-columns: minmax(4rem, max-content) 1fr; gap: .3rem .8rem; margin: 0; font-size: .84rem; }
          .bars dt { max-width: 12rem; overflow-wrap: anywhere; } .bars dd { margin: 0; display: grid; grid-template-columns: 1fr 3.5rem; align-items: center; gap: .5rem; }
          .bars i { display: block; height: .8rem; min-width: 2px; border-radius: 2px; background: #5b7fd6; }
          .bars i.trouble { background: #d06a4c; } .bars b { font-weight: 400; color: var(--faint); font-variant-numeric: tabular-nums; }
          footer { margin: 2.2rem 0 1rem; color: var(--faint); font-size: .8rem; overflow-wrap: anywhere; }
        """;

    public static string Render(string title, DatasetView view)
    {
        var all = view.Statistics;
        var page = new StringBuilder(PageStyle.Head(title, Css));
        page.Append(CultureInfo.InvariantCulture, $"<h1>{Text(title)}</h1>\n");
        page.Append(CultureInfo.InvariantCulture, $"<p>{Text(Summary(view))}</p>\n");
        Tiles(page, view);
        if (view.Pictures.Count > 0)
        {
            Sheet(page, view);
        }

        if (all.Count > 0)
        {
            page.Append("<h2>Colours</h2>\n<div class=\"charts wide\">\n");
            Colors(page, view);
            page.Append("</div>\n");
            Filters(page, view.Filters);
            page.Append("<h2>Recipes and cost</h2>\n<div class=\"charts\">\n");
            Distributions(page, view);
            page.Append("</div>\n");
        }
        else
        {
            Filters(page, view.Filters);
        }

        Footer(page, view);
        return page.Append("</html>\n").ToString();
    }

    private static string Summary(DatasetView view)
    {
        var all = view.Statistics;
        if (all.Count == 0)
        {
            return "No picture yet.";
        }

        var models = string.Join(", ", all.Models.Select(m => m.Key.Name).Distinct());
        return FormattableString.Invariant($"Made by {models}, {all.Made.First.UtcDateTime:yyyy-MM-dd HH:mm} to {all.Made.Last.UtcDateTime:yyyy-MM-dd HH:mm} UTC.");
    }

    private static void Tiles(StringBuilder page, DatasetView view)
    {
        var all = view.Statistics;
        page.Append("<div class=\"tiles\">\n");
        if (view.Requested is { } requested)
        {
            Tile(page, Number(requested), "pictures requested");
        }

        Tile(page, Number(all.Count), "pictures made");
        if (view.Requested is { } asked)
        {
            var absent = view.Absences.Values.Sum();
            Tile(page, Number(absent), "absent with a reason");
            Tile(page, Number(Math.Max(0, asked - absent - all.Count)), "not there yet");
        }

        Tile(page, Amount.Bytes(all.Bytes), "of PNG files");
        if (all.Count > 0)
        {
            Tile(page, Amount.ShortDuration(all.DeviceSeconds.Sum), "of device time");
            Tile(page, Amount.ShortDuration(all.DeviceSeconds.Quantile(0.5)), "a picture, half of them below");
            Tile(page, Amount.ShortDuration(all.DeviceSeconds.Quantile(0.95)), "a picture, 95 % below");
            if ((all.Made.Last - all.Made.First).TotalSeconds is var span and > 0)
            {
                Tile(page, FormattableString.Invariant($"{(all.Count - 1) / span:0.##}"), "pictures a second, over all workers");
            }
        }

        page.Append("</div>\n");
    }

    private static void Sheet(StringBuilder page, DatasetView view)
    {
        var some = view.Some(MostPictures);
        page.Append(CultureInfo.InvariantCulture, $"<h2>{(some.Count < view.Statistics.Count ? "A spread of the pictures" : "The pictures")}</h2>\n<div class=\"sheet\">\n");
        foreach (var (image, picture) in some)
        {
            var prompt = Text(image.Record.Recipe.Prompt);
            page.Append(
                CultureInfo.InvariantCulture,
                $"<figure title=\"{prompt}\"><img src=\"data:image/png;base64,{Convert.ToBase64String(PngWriter.ToArray(picture))}\" width=\"{picture.Width}\" height=\"{picture.Height}\" alt=\"{prompt}\">" +
                $"<figcaption><span>{prompt}</span><small>line {image.Line} · seed {image.Record.Image.Seed}</small></figcaption></figure>\n");
        }

        page.Append("</div>\n");
    }

    private static void Colors(StringBuilder page, DatasetView view)
    {
        var note = FormattableString.Invariant($"over {view.Pictures.Count} pictures");
        var colors = view.Colors;
        Section(page, "Levels of red, green and blue", note, Chart.Areas(
            [(colors.Red, "#e0433c"), (colors.Green, "#3aa655"), (colors.Blue, "#4472e8")], "dark", "middle", "bright"));
        Section(page, "Hues", "of coloured pixels", Chart.Columns(
            colors.Hue,
            i => FormattableString.Invariant($"hsl({(i + 0.5) * 360 / ColorHistogram.Hues:0} 78% 52%)"),
            "red", "yellow", "green", "cyan", "blue", "magenta", "red"));
    }

    private static void Filters(StringBuilder page, FilterStatistics filters)
    {
        var hasScores = filters.WantedSimilarity.Count + filters.OtherSimilarity.Count > 0;
        if (!hasScores && filters.Filtered.Count == 0 && filters.Draws.Count == 0)
        {
            return;
        }

        page.Append("<h2>Filters</h2>\n<div class=\"charts\">\n");
        if (hasScores)
        {
            Similarities(page, filters);
        }

        if (filters.Filtered.Count > 0)
        {
            Section(page, "Filtered, by reason", "", Chart.Bars(filters.Filtered.Select(f => (DatasetView.NameOf(f.Key), f.Value)), isTrouble: true));
        }

        if (filters.DrawnAgain.Count > 0)
        {
            Section(page, "Drawn again, by reason", "", Chart.Bars(filters.DrawnAgain.Select(f => (DatasetView.NameOf(f.Key), f.Value))));
        }

        if (filters.Draws.Count > 0)
        {
            Section(page, "Draws a picture", "the last one included", Chart.Bars(filters.Draws.Select(d => (d.Key.ToString(CultureInfo.InvariantCulture), d.Value))));
        }

        page.Append("</div>\n");
    }

    // From the first bin that holds something to the last, and one more, as an area needs two points.
    private static void Similarities(StringBuilder page, FilterStatistics filters)
    {
        var (wanted, other) = (filters.WantedSimilarity, filters.OtherSimilarity);
        var all = wanted.Counts.Zip(other.Counts, (a, b) => a + b).ToList();
        var first = Math.Max(0, all.FindIndex(n => n > 0) - 1);
        var last = Math.Min(all.Count - 1, all.FindLastIndex(n => n > 0) + 1);
        var count = last - first + 1;
        Section(page, "CLIP similarity", "green wanted, red filtered, with draws that were not kept", Chart.Areas(
            [([.. wanted.Counts.Skip(first).Take(count)], "#3aa655"), ([.. other.Counts.Skip(first).Take(count)], "#e0433c")],
            FormattableString.Invariant($"{wanted.Edge(first):0.00}"),
            FormattableString.Invariant($"{wanted.Edge(last + 1):0.00}")));
    }

    private static void Distributions(StringBuilder page, DatasetView view)
    {
        var all = view.Statistics;
        if (view.Absences.Count > 0)
        {
            Section(page, "Absent, by reason", "", Chart.Bars(view.Absences.OrderByDescending(a => a.Value).Select(a => (a.Key, a.Value)), isTrouble: true));
        }

        var seconds = Even(all.DeviceSeconds.Bins);
        Section(page, "Seconds a picture", "of the device, widths grow with the value", Chart.Columns(
            seconds, _ => "#5b7fd6", Amount.ShortDuration(all.DeviceSeconds.Min), Amount.ShortDuration(all.DeviceSeconds.Quantile(0.5)) + " (half)", Amount.ShortDuration(all.DeviceSeconds.Max)));
        Section(page, "Denoising steps", "", Chart.Bars(all.Steps.Select(s => (s.Key.ToString(CultureInfo.InvariantCulture), s.Value))));
        Section(page, "Guidance scale", "to the nearest half", Chart.Bars(all.Guidance.Select(g => (g.Key.ToString("0.0", CultureInfo.InvariantCulture), g.Value))));
        Section(page, "Size", "in pixels", Chart.Bars(all.Sizes.Select(s => (s.Key.ToString().Replace('x', '×'), s.Value))));
        Section(page, "Scheduler", "", Chart.Bars(all.Schedulers.Select(s => (s.Key, s.Value))));
        if (all.SchedulerSettings.Count > 0)
        {
            Section(page, "Scheduler settings", "", Chart.Bars(all.SchedulerSettings.Select(s => (s.Key, s.Value))));
        }

        Section(page, "Device", "", Chart.Bars(all.Devices.Select(d => (d.Key, d.Value))));
    }

    private static void Footer(StringBuilder page, DatasetView view)
    {
        page.Append("<footer>");
        foreach (var (model, count) in view.Statistics.Models)
        {
            page.Append(CultureInfo.InvariantCulture, $"Model {Text(model.Name)}, SHA-256 {Text(model.Digest)}: {Number(count)} pictures.<br>\n");
        }

        if (view.Unreadable > 0)
        {
            page.Append(CultureInfo.InvariantCulture, $"{view.Unreadable} of the pictures to be shown are lost or damaged: see \"sdfleet dataset audit\".<br>\n");
        }

        page.Append("Written by sdfleet dataset page; everything is in this file.</footer>\n");
    }

    // Bins as columns, with the empty ones between them, and no more than can be seen.
    private static long[] Even(IReadOnlyList<(double From, double To, long Count)> bins)
    {
        var (first, ratio) = (Math.Log(bins[0].From), Math.Log(bins[0].To / bins[0].From));
        int Place(double from) => (int)Math.Round((Math.Log(from) - first) / ratio);
        var count = Place(bins[^1].From) + 1;
        var merged = ((count - 1) / MostColumns) + 1;
        var columns = new long[((count - 1) / merged) + 1];
        foreach (var bin in bins)
        {
            columns[Place(bin.From) / merged] += bin.Count;
        }

        return columns;
    }

    private static void Tile(StringBuilder page, string value, string name) =>
        page.Append(CultureInfo.InvariantCulture, $"<div><b>{Text(value)}</b><span>{Text(name)}</span></div>\n");

    private static void Section(StringBuilder page, string title, string note, string chart) =>
        page.Append(CultureInfo.InvariantCulture, $"<section><h3>{Text(title)}<small>{Text(note)}</small></h3>\n{chart}</section>\n");

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Text(string text) => PageStyle.Text(text);
}
