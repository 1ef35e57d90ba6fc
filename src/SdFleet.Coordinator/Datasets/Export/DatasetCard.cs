using System.Globalization;
using System.Text;
using System.Text.Json;

namespace SdFleet.Coordinator.Datasets.Export;

/// <summary>The dataset's README.md: what it is, what it was made with, how to read it; its front matter is Hugging Face's.</summary>
internal static class DatasetCard
{
    public const string FileName = "README.md";
    private const int MostListed = 12;

    // Hugging Face's size_categories.
    private static readonly (long Below, string Name)[] SizeCategories =
    [
        (1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"), (10_000_000, "1M<n<10M"),
        (100_000_000, "10M<n<100M"), (1_000_000_000, "100M<n<1B"), (10_000_000_000, "1B<n<10B"), (100_000_000_000, "10B<n<100B"),
        (1_000_000_000_000, "100B<n<1T"), (long.MaxValue, "n>1T"),
    ];

    public static string Render(DatasetExportOptions options, ShardLayout layout, ExportResult result, string? samples)
    {
        var card = new StringBuilder();
        FrontMatter(card, options, layout, result);
        card.Append(
            $"""
            # {Plain(options.Name)}

            {Number(result.Index.Samples)} pictures made from text by {string.Join(", ", result.Statistics.Models.Select(m => $"`{Plain(m.Key.Name)}`"))}.


            """);
        if (samples is not null)
        {
            card.Append(CultureInfo.InvariantCulture, $"![Some of the pictures, spread over the whole set]({samples})\n\n");
        }

        card.Append(
            $"""
            ## Reading it

            {layout.Usage}

            `{ExportIndex.FileName}` lists the shards, with the lines of the batch that each is made of; `sha256sum --check {ExportIndex.ChecksumsFileName}` compares
            them with their digests, and `sdfleet dataset audit --manifest FILE --export .` every picture with its record.

            ## What it was made with


            """);
        Facts(card, result);
        Absences(card, result);
        return card.ToString().ReplaceLineEndings("\n");
    }

    private static void FrontMatter(StringBuilder card, DatasetExportOptions options, ShardLayout layout, ExportResult result) =>
        card.Append(
            $"""
            ---
            license: {Yaml(options.License ?? "unknown")}
            pretty_name: {Yaml(options.Name)}
            task_categories:
              - text-to-image
            tags:
              - synthetic
              - stable-diffusion
            size_categories:
              - {SizeCategories.First(c => result.Index.Samples < c.Below).Name}
            configs:
              - config_name: default
                data_files:
                  - split: train
                    path: {Yaml(layout.DataFiles)}
            ---


            """);

    private static void Facts(StringBuilder card, ExportResult result)
    {
        var all = result.Statistics;
        if (all.Count == 0)
        {
            card.Append("Nothing yet.\n");
            return;
        }

        Row(card, "", "");
        Row(card, "---", "---");
        Row(card, "pictures", Number(result.Index.Samples));
        Row(card, "bytes", Number(all.Bytes));
        foreach (var (model, count) in all.Models)
        {
            Row(card, "model", $"`{Plain(model.Name)}`, SHA-256 `{model.Digest}` ({Number(count)})");
        }

        Row(card, "size", Counts(all.Sizes.Select(s => (s.Key.ToString(), s.Value))));
        Row(card, "steps", Counts(all.Steps.Select(s => (s.Key.ToString(CultureInfo.InvariantCulture), s.Value))));
        Row(card, "guidance scale", Range(all.GuidanceRange.Min, all.GuidanceRange.Max));
        Row(card, "scheduler", Counts(all.Schedulers.Select(s => (s.Key, s.Value))));
        if (all.SchedulerSettings.Count > 0)
        {
            Row(card, "scheduler settings", Counts(all.SchedulerSettings.Select(s => (s.Key, s.Value))));
        }

        Row(card, "seeds", Range(all.Seeds.Min, all.Seeds.Max));
        Row(card, "made", FormattableString.Invariant($"{all.Made.First.UtcDateTime:yyyy-MM-dd HH:mm} to {all.Made.Last.UtcDateTime:yyyy-MM-dd HH:mm} UTC"));
        Row(card, "device", Counts(all.Devices.Select(d => (d.Key, d.Value))));
        Row(card, "device seconds", FormattableString.Invariant(
            $"{all.DeviceSeconds.Sum:0.0} in all; a picture {all.DeviceSeconds.Mean:0.###} on average, half of them below {all.DeviceSeconds.Quantile(0.5):0.###}"));
    }

    private static void Absences(StringBuilder card, ExportResult result)
    {
        if (result.Absent.Count == 0 && result.Outstanding == 0 && result.Problems.Count == 0)
        {
            return;
        }

        card.Append("\n## What is not in it\n\n");
        Row(card, "why", "pictures");
        Row(card, "---", "---");
        foreach (var (reason, count) in result.Absent)
        {
            Row(card, reason.ToString().ToLowerInvariant(), Number(count));
        }

        if (result.Outstanding > 0)
        {
            Row(card, "not made yet", Number(result.Outstanding));
        }

        if (result.Problems.Count > 0)
        {
            Row(card, "made, but damaged or lost since", Number(result.Problems.Count));
        }
    }

    private static void Row(StringBuilder card, string name, string value) => card.Append(CultureInfo.InvariantCulture, $"| {name} | {value} |\n");

    private static string Counts(IEnumerable<(string Name, long Count)> counts)
    {
        var all = counts.OrderByDescending(c => c.Count).ThenBy(c => c.Name, StringComparer.Ordinal).ToList();
        var listed = string.Join(", ", all.Take(MostListed).Select(c => $"{Plain(c.Name)} ({Number(c.Count)})"));
        return all.Count > MostListed ? $"{listed} and {all.Count - MostListed} more" : listed;
    }

    private static string Range<T>(T min, T max)
        where T : IFormattable =>
        min.Equals(max) ? FormattableString.Invariant($"{min}") : FormattableString.Invariant($"{min} to {max}");

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    // A name is text in Markdown, in a table.
    private static string Plain(string text) => text.ReplaceLineEndings(" ").Replace("|", "\\|", StringComparison.Ordinal).Replace("`", "'", StringComparison.Ordinal);

    // A YAML string in double quotes takes JSON's escapes, but two of them make two characters: no half of a pair is one.
    private static string Yaml(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.IsBmp)
            {
                quoted.Append(JsonEncodedText.Encode(rune.ToString()).ToString());
            }
            else
            {
                quoted.Append(CultureInfo.InvariantCulture, $"\\U{rune.Value:X8}");
            }
        }

        return quoted.Append('"').ToString();
    }
}
