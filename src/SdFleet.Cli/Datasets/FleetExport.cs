using SdFleet.Cli.Client;
using SdFleet.Cli.Output;
using SdFleet.Contracts.Api;
using SdFleet.Contracts.Batches;

namespace SdFleet.Cli.Datasets;

/// <summary>Has a fleet export a batch on its own hosts, and watches.</summary>
internal sealed class FleetExport(FleetClient client, Guid batch, CliConsole console)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(ExportBatch request, CancellationToken cancellationToken)
    {
        var export = await client.RequestExportAsync(batch, request, cancellationToken);
        for (var shown = ""; ; )
        {
            var progress = $"{export.State.ToString().ToLowerInvariant()}: {export.ShardsDone} of {Amount.Plural(export.Shards, "shard")} written{(export.Error is { } error ? $"; {error}" : "")}";
            if (progress != shown && export.EndedAt is null)
            {
                console.Note(progress);
                shown = progress;
            }

            if (export.EndedAt is not null)
            {
                return export switch
                {
                    { Result: { } result } => await ShowAsync(export, result),
                    { State: ExportState.Cancelled } => throw new CliException($"somebody cancelled the export. {export.Error}"),
                    _ => throw new CliException($"the fleet gave the export up: {export.Error}"),
                };
            }

            await Task.Delay(Interval, console.Time, cancellationToken);
            export = await client.FindExportAsync(batch, export.Name, cancellationToken) ?? throw new CliException($"{client.Server} does not know the export {export.Name} any more.");
        }
    }

    private async Task<int> ShowAsync(ExportView export, ExportSummary result)
    {
        await console.Out.WriteLineAsync(FormattableString.Invariant(
            $"{result.Samples} pictures in {Amount.Plural(result.Shards, "shard")}, {result.Sealed} of them sealed; {result.ShardsWritten} written now: {export.Place}"));
        foreach (var (reason, count) in result.Absent)
        {
            await console.Out.WriteLineAsync(FormattableString.Invariant($"  absent: {count} {reason}"));
        }

        if (result.Outstanding > 0)
        {
            await console.Out.WriteLineAsync(FormattableString.Invariant($"  outstanding: {result.Outstanding}"));
        }

        foreach (var problem in result.FirstProblems)
        {
            console.Note($"left out: {problem}");
        }

        if (result.Problems > result.FirstProblems.Count)
        {
            console.Note($"left out: {result.Problems - result.FirstProblems.Count} more");
        }

        return result.Problems == 0 ? ExitCodes.Done : ExitCodes.Failed;
    }
}
