using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace SdFleet.TestServers.Telemetry;

/// <summary>What the fleet's dashboards and alerts ask of Prometheus.</summary>
public static partial class PromQl
{
    private static readonly string Folder = RepositoryFolder.Combine("infra", "observability");

    /// <summary>Every expression of the dashboards, and the alerts, as text.</summary>
    public static IReadOnlyList<string> Expressions()
    {
        var found = DashboardExpressions();

        // Annotations name labels, and comments anything.
        found.Add(string.Join('\n', File.ReadLines(Path.Combine(Folder, "alerts.yaml")).Where(line => !Prose().IsMatch(line))));
        return found;
    }

    /// <summary>Every expression of the dashboards.</summary>
    public static List<string> DashboardExpressions()
    {
        var found = new List<string>();
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Folder, "grafana", "dashboards")))
        {
            Walk(JsonNode.Parse(File.ReadAllText(file)), found);
        }

        return found;
    }

    /// <summary>The metrics that an expression names: what is neither function, label nor value.</summary>
    public static IEnumerable<string> Metrics(string expression) =>
        Name().Matches(Grouping().Replace(Selector().Replace(Quoted().Replace(expression, ""), ""), "")).Select(m => m.Value);

    /// <summary>The labels by which an expression selects, with the metric.</summary>
    public static IEnumerable<(string Metric, string Label)> Selections(string expression) =>
        Selector().Matches(Quoted().Replace(expression, "")).SelectMany(s => Label().Matches(s.Value).Select(l => (s.Groups["metric"].Value, l.Value)));

    /// <summary>Names under which the collector shows a metric: the unit is part of them, what is counted in braces is not, and sums that only grow say so.</summary>
    public static IEnumerable<string> NamesOf(string name, string unit, bool isCounter, bool isHistogram)
    {
        var shown = name.Replace('.', '_') + unit switch
        {
            "s" => "_seconds",
            "By" => "_bytes",
            _ => "",
        };
        return isCounter ? [shown + "_total"] : isHistogram ? [shown + "_bucket", shown + "_sum", shown + "_count"] : [shown];
    }

    private static void Walk(JsonNode? node, List<string> found)
    {
        switch (node)
        {
            case JsonObject o:
                foreach (var (name, value) in o)
                {
                    if (name == "expr")
                    {
                        found.Add((string)value!);
                    }
                    else
                    {
                        Walk(value, found);
                    }
                }

                break;
            case JsonArray a:
                foreach (var item in a)
                {
                    Walk(item, found);
                }

                break;
        }
    }

    [GeneratedRegex(@"^\s*(summary:|runbook:|#)")]
    private static partial Regex Prose();

    [GeneratedRegex(@"""(\\.|[^""\\])*""")]
    private static partial Regex Quoted();

    // With the metric before it, which stays.
    [GeneratedRegex(@"(?<=(?<metric>\b[a-z][a-z0-9_]*))\{[^}]*\}")]
    private static partial Regex Selector();

    [GeneratedRegex(@"[a-z_]+(?=\s*(=|!))")]
    private static partial Regex Label();

    [GeneratedRegex(@"\b(by|on|without|ignoring|group_left|group_right)\s*\([^)]*\)")]
    private static partial Regex Grouping();

    [GeneratedRegex(@"\b[a-z][a-z0-9]*_[a-z0-9_]+\b(?!\s*\()")]
    private static partial Regex Name();
}
