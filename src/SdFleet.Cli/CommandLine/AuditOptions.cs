using System.CommandLine;
using System.Text.Json;
using SdFleet.Cli.Datasets;
using SdFleet.Cli.Output;
using SdFleet.Contracts;
using SdFleet.Coordinator.Datasets;
using SdFleet.Coordinator.Datasets.Audit;

namespace SdFleet.Cli.CommandLine;

/// <summary>An audit, of whichever dataset: how to look, and what to print.</summary>
internal sealed class AuditOptions(string listOption = "--repair")
{
    public const string Description =
        "Proves that each picture asked for has exactly one manifest record and one artifact with its SHA-256, or a reason why not.\n" +
        "Prints what is wrong, a line each. Exit code 0 where nothing is, 1 where something is.";

    private readonly Option<string?> _export = Values.Text(
        "--export", "Look at this export instead of the artifacts: its files, and its pictures against the manifest.", DatasetPlace.Form);

    private readonly Option<string?> _list = Values.Text(listOption, "Write here what has to be made again, as \"dataset audit --requested\" reads it.", "FILE");
    private readonly Option<bool> _json = new("--json") { Description = "Print the whole report as JSON." };

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _export, _list, _json })
        {
            command.Options.Add(option);
        }
    }

    /// <param name="parsed">What was typed.</param>
    /// <param name="open">Opens the dataset.</param>
    /// <param name="console">Takes the report.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="then">What to do about it.</param>
    public Task<int> RunAsync(
        ParseResult parsed,
        Func<Task<DatasetSource>> open,
        CliConsole console,
        CancellationToken cancellationToken,
        Func<DatasetSource, AuditReport, Task>? then = null) =>
        DatasetCommand.RunAsync(async () =>
        {
            await using var dataset = await open();
            var report = parsed.GetValue(_export) is { } place
                ? await ExportAudit.RunAsync(DatasetPlace.Open(place, console), dataset.Images(cancellationToken), dataset.Requested(cancellationToken), cancellationToken)
                : await DatasetAudit.RunAsync(
                    dataset.Images(cancellationToken),
                    dataset.Requested(cancellationToken),
                    dataset.Artifacts,
                    new DatasetAuditOptions { OwnPrefixes = await dataset.OwnPrefixesAsync(cancellationToken) },
                    cancellationToken);
            if (parsed.GetValue(_list) is { } file)
            {
                await RequestFile.WriteAsync(file, report.ToRepair, cancellationToken);
            }

            Show(report, parsed.GetValue(_json), console);
            if (then is not null)
            {
                await then(dataset, report);
            }

            return report.IsComplete ? ExitCodes.Done : ExitCodes.Failed;
        });

    private static void Show(AuditReport report, bool asJson, CliConsole console)
    {
        if (asJson)
        {
            console.Out.WriteLine(JsonSerializer.Serialize(report, ContractsJson.Options));
            return;
        }

        foreach (var finding in report.Findings)
        {
            console.Out.WriteLine(finding);
        }

        var absent = string.Concat(report.Absent.Select(a => FormattableString.Invariant($", {a.Value} {a.Key.ToString().ToLowerInvariant()}")));
        var requested = report.Requested is { } asked ? FormattableString.Invariant($"{asked} requested") : "nobody said how many were requested (--requested, --lines)";
        console.Out.WriteLine(FormattableString.Invariant(
            $"{(report.IsComplete ? "complete" : "NOT complete")}: {requested}, {report.Records} records, {report.Right} right{absent}, {report.Findings.Count} findings"));
    }
}
