using SdFleet.Cli.Output;
using SdFleet.Contracts.Jobs;

namespace SdFleet.Cli.Simulate;

/// <summary>Results beside each other, as a table of Markdown: a row a run, with the settings in which the runs differ.</summary>
/// <param name="output">Takes the table.</param>
internal sealed class ResultTable(TextWriter output)
{
    /// <summary>Writes it.</summary>
    /// <param name="runs">At least one, each with the settings that were tried.</param>
    public void Write(IReadOnlyList<(IReadOnlyList<KeyValuePair<string, string?>> Tried, SimulationResult Result)> runs)
    {
        var lanes = runs.SelectMany(r => r.Result.Waits.Keys).Distinct().Order().ToList();
        string[] columns =
        [
            .. runs[0].Tried.Select(t => t.Key),
            "cost", "finished", "GPU-hours", "busy", "starting", "idle", "lost", "evictions", "nodes",
            .. lanes.Select(lane => $"{lane.ToString().ToLowerInvariant()}: wait 50 / 95 / 99 / 100 %"),
        ];
        Row(columns);
        Row(columns.Select(_ => "---"));
        foreach (var (tried, result) in runs)
        {
            Row(
            [
                .. tried.Select(t => t.Value ?? ""),
                .. Numbers(result),
                .. lanes.Select(lane => Waits(result, lane)),
            ]);
        }
    }

    private static IEnumerable<string> Numbers(SimulationResult result)
    {
        yield return Amount.Text($"{result.Cost:0.00}");
        yield return result.Left > 0 ? Amount.Text($"never: {result.Left:N0} left") : Amount.Duration(result.Finished);
        yield return Amount.Hours(result.NodeSeconds);
        foreach (var part in new[] { result.BusySeconds, result.StartingSeconds, result.IdleSeconds, result.LostSeconds })
        {
            yield return Amount.Text($"{(result.NodeSeconds > 0 ? 100 * part / result.NodeSeconds : 0):0.0} %");
        }

        yield return Amount.Text($"{result.Evictions:N0}");
        yield return Amount.Text($"{result.MostNodes:N0}");
    }

    private static string Waits(SimulationResult result, Lane lane) => result.Waits.ContainsKey(lane)
        ? string.Join(" / ", new[] { 0.5, 0.95, 0.99, 1 }.Select(part => Amount.Duration(result.Wait(lane, part))))
        : "";

    private void Row(IEnumerable<string> cells) => output.WriteLine($"| {string.Join(" | ", cells)} |");
}
