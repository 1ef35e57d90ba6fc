using System.Globalization;
using SdFleet.Cli.Client;
using SdFleet.Cli.Output;
using SdFleet.Contracts.Api;
using SdFleet.Coordinator.Datasets;
using SdFleet.Coordinator.Datasets.Audit;

namespace SdFleet.Cli.Datasets;

/// <summary>Has a fleet make again what an audit of one of its batches did not find.</summary>
internal sealed class BatchRepair(FleetClient client, Guid batch, CliConsole console)
{
    // The fleet reads and hashes every picture of them before it answers.
    private const int LinesARequest = 10;

    /// <param name="dataset">What was audited.</param>
    /// <param name="report">What was found.</param>
    /// <param name="retryFailed">Whether jobs that have failed are tried again.</param>
    /// <param name="isMeant">Whether to do it; else only to say what would be done.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task RunAsync(DatasetSource dataset, AuditReport report, bool retryFailed, bool isMeant, CancellationToken cancellationToken)
    {
        var lines = new SortedSet<long>(report.ToRepair.Select(k => k.Line));
        if (retryFailed && dataset.Requested(cancellationToken) is { } requested)
        {
            lines.UnionWith(await requested.Where(r => r is { Absence: Absence.Failed, IsUnread: false }).Select(r => r.Line).ToListAsync(cancellationToken));
        }

        if (lines.Count == 0)
        {
            await console.Out.WriteLineAsync("Nothing is to be made again.");
            return;
        }

        if (!isMeant)
        {
            await console.Out.WriteLineAsync($"{Amount.Plural(lines.Count, "line")} to be made again: {Shown(lines)}. Nothing has been requested: --yes does it.");
            return;
        }

        var results = new SortedDictionary<LineRepairResult, List<long>>();
        foreach (var part in lines.Chunk(LinesARequest))
        {
            foreach (var line in await client.RepairBatchAsync(batch, part, cancellationToken))
            {
                if (!results.TryGetValue(line.Result, out var known))
                {
                    results.Add(line.Result, known = []);
                }

                known.Add(line.Line);
                if (line.Reason is not null)
                {
                    console.Note($"line {line.Line} cannot be made again: {line.Reason}");
                }
            }
        }

        foreach (var (result, of) in results)
        {
            await console.Out.WriteLineAsync($"{Amount.Plural(of.Count, "line")} {Words(result)}: {Shown(of)}");
        }

        console.Note($"What is requested is being made: sdfleet batch status {batch}, and then this audit once more.");
    }

    private static string Words(LineRepairResult result) => result switch
    {
        LineRepairResult.Requested => "requested",
        LineRepairResult.Underway => "underway already",
        LineRepairResult.Intact => "intact by now",
        LineRepairResult.Refused => "refused, as cancelled or rejected, or as it cannot be made again",
        _ => "unknown to the fleet",
    };

    private static string Shown(IReadOnlyCollection<long> lines)
    {
        const int Most = 10;
        var shown = string.Join(", ", lines.Take(Most).Select(l => l.ToString(CultureInfo.InvariantCulture)));
        return lines.Count > Most ? Amount.Text($"{shown} and {lines.Count - Most:N0} more") : shown;
    }
}
