using System.CommandLine;
using SdFleet.Cli.Datasets;
using SdFleet.Cli.Output;
using SdFleet.Contracts.Batches;
using SdFleet.Coordinator.Datasets;
using SdFleet.Coordinator.Datasets.Export;
using SdFleet.Storage;

namespace SdFleet.Cli.CommandLine;

/// <summary><c>sdfleet dataset</c>: export, cancel, audit, page.</summary>
internal static class DatasetCommand
{
    public static Command Create(CliConsole console) => new("dataset", "A batch as a dataset: for training code, proved to be complete, and as a page.")
    {
        Export(console), Cancel(console), Audit(console), Page(console),
    };

    private static Command Export(CliConsole console)
    {
        var source = new DatasetOptions();
        var format = Values.Word<DatasetFormat>("--format", "How it is to lie there.");
        format.Required = true;
        var outPlace = new Option<string?>("--out", "-o", "--to")
        {
            Description =
                "Where it goes: an empty folder, or an export to go on with; or a place in a container of the storage account that " +
                "SdFleet__Artifacts__ConnectionString or SdFleet__Artifacts__ServiceUri names.",
            HelpName = DatasetPlace.Form,
        };
        var onFleet = new Option<bool>("--on-fleet")
        {
            Description =
                "Have the fleet write it, on its own hosts, and watch: beside its pictures, or to --out, where its operator allows that. With --batch; stopping to watch does not stop " +
                "it (sdfleet dataset cancel does).",
        };
        var exportName = Values.Text("--export-name", "With --on-fleet: which export of the batch it is. Default the format's name.", "NAME");
        var lines = Values.Whole<int>(
            "--lines-per-shard",
            $"Lines of the batch in a shard, a line mostly being a picture. Default {DatasetExportOptions.DefaultLinesPerShard}.",
            "--samples-per-shard");
        var shardBytes = Values.Whole<long>(
            "--shard-bytes",
            $"Longest tar file of a WebDataset, in bytes; a longer shard is cut into several. Default {DatasetExportOptions.DefaultShardBytes}.");
        var name = Values.Text("--name", "Its name, for the dataset card.", "TEXT");
        var license = Values.Text("--license", "Its licence, as Hugging Face names it, for the dataset card. Default unknown.", "ID");
        var final = new Option<bool>("--final") { Description = "Seal every shard, also those whose pictures are not all there: nothing more will come." };
        var includeFiltered = new Option<bool>("--include-filtered") { Description = "Leave in what filters took out: blank, unsafe or unfitting pictures, and near-duplicates." };
        var command = new Command(
            "export",
            "Writes pictures and records as training code reads them. Run it again to add what has come since: a shard whose lines are\n" +
            "all there, or absent with a reason, is sealed and never written again. The same batch gives the same bytes.")
        {
            format, outPlace, onFleet, exportName, lines, shardBytes, name, license, final, includeFiltered,
        };
        source.AddTo(command);
        command.Validators.Add(result =>
        {
            if (!result.GetValue(onFleet) && result.GetResult(outPlace) is null)
            {
                result.AddError("Say where it goes: --out, or --on-fleet, or both.");
            }

            if (result.GetResult(exportName) is not null && !result.GetValue(onFleet))
            {
                result.AddError("--export-name goes with --on-fleet.");
            }
        });
        command.SetAction((parsed, token) => RunAsync(async () =>
        {
            if (parsed.GetValue(onFleet))
            {
                using var fleet = source.Fleet(parsed, console) ?? throw new CliException("--on-fleet goes with --batch, and without --data.", ExitCodes.Usage);
                var request = new ExportBatch
                {
                    Format = parsed.GetValue(format)!.Value,
                    Name = parsed.GetValue(exportName),
                    Place = parsed.GetValue(outPlace),
                    LinesPerShard = parsed.GetValue(lines),
                    ShardBytes = parsed.GetValue(shardBytes),
                    Title = parsed.GetValue(name),
                    License = parsed.GetValue(license),
                    Final = parsed.GetValue(final),
                    IncludeFiltered = parsed.GetValue(includeFiltered),
                };
                return await new FleetExport(fleet, source.Batch(parsed)!.Value, console).RunAsync(request, token);
            }

            await using var dataset = await source.OpenAsync(parsed, console, token);
            var options = new DatasetExportOptions
            {
                Place = DatasetPlace.Open(parsed.GetValue(outPlace)!, console),
                Batch = await dataset.FindBatchAsync(token),
                Format = parsed.GetValue(format)!.Value,
                LinesPerShard = parsed.GetValue(lines) ?? DatasetExportOptions.DefaultLinesPerShard,
                ShardBytes = parsed.GetValue(shardBytes) ?? DatasetExportOptions.DefaultShardBytes,
                License = parsed.GetValue(license),
                IsFinal = parsed.GetValue(final),
                IncludesFiltered = parsed.GetValue(includeFiltered),
                HasSampleSheet = true,
            };
            options = parsed.GetValue(name) is { } given ? options with { Name = given } : options;
            return await ExportAsync(dataset, options, console, token);
        }));
        return command;
    }

    private static Command Cancel(CliConsole console)
    {
        var fleet = new FleetOptions();
        var batch = BatchIdArgument.Create();
        var name = new Argument<string>("name") { Description = "Which of its exports: the name that --export-name gave it, or its format's." };
        var command = new Command("cancel", "Cancels an export that the fleet makes: nothing more of it is written. Says what is.")
        {
            batch, name, fleet.Server, fleet.ApiKey,
        };
        command.SetAction((parsed, token) => RunAsync(async () =>
        {
            using var client = fleet.Connect(parsed, console);
            var export = await client.CancelExportAsync(Guid.Parse(parsed.GetRequiredValue(batch)), parsed.GetRequiredValue(name), token);
            await console.Out.WriteLineAsync($"{export.Error} {export.Place}");
            return ExitCodes.Done;
        }));
        return command;
    }

    private static Command Audit(CliConsole console)
    {
        var (source, audit) = (new DatasetOptions(), new AuditOptions());
        var command = new Command("audit", AuditOptions.Description);
        audit.AddTo(command);
        source.AddTo(command);
        command.SetAction((parsed, token) => audit.RunAsync(parsed, () => source.OpenAsync(parsed, console, token), console, token));
        return command;
    }

    private static Command Page(CliConsole console)
    {
        var source = new DatasetOptions();
        var outFile = new Option<string>("--out", "-o") { Description = "The page.", HelpName = "FILE", DefaultValueFactory = _ => "dataset.html" };
        var title = Values.Text("--title", "Its title.", "TEXT");
        var command = new Command("page", "Writes a page on the batch in one file: some of its pictures, their colours, recipes, cost, and what is absent.")
        {
            outFile, title,
        };
        source.AddTo(command);
        command.SetAction((parsed, token) => RunAsync(async () =>
        {
            await using var dataset = await source.OpenAsync(parsed, console, token);
            var view = await DatasetView.ReadAsync(dataset.Images(token), dataset.Requested(token), dataset.Artifacts, token);
            var file = parsed.GetRequiredValue(outFile);
            var heading = parsed.GetValue(title) ?? FormattableString.Invariant($"{view.Statistics.Count:N0} pictures of one batch");
            await File.WriteAllTextAsync(file, StatisticsPage.Render(heading, view), token);
            await console.Out.WriteLineAsync(file);
            return ExitCodes.Done;
        }));
        return command;
    }

    private static async Task<int> ExportAsync(DatasetSource dataset, DatasetExportOptions options, CliConsole console, CancellationToken cancellationToken)
    {
        var result = await DatasetExport.RunAsync(
            options, dataset.Images(cancellationToken), dataset.Requested(cancellationToken), dataset.Artifacts, cancellationToken);
        var shards = result.Index.Shards;
        await console.Out.WriteLineAsync(FormattableString.Invariant(
            $"{result.Index.Samples} pictures in {Amount.Plural(shards.Count, "shard")}, {shards.Count(s => s.Sealed)} of them sealed; {result.ShardsWritten} written now: {options.Place.Place}"));
        foreach (var (reason, count) in result.Absent)
        {
            await console.Out.WriteLineAsync(FormattableString.Invariant($"  absent: {count} {reason.ToString().ToLowerInvariant()}"));
        }

        if (result.Outstanding > 0)
        {
            await console.Out.WriteLineAsync(FormattableString.Invariant($"  outstanding: {result.Outstanding}"));
        }

        foreach (var problem in result.Problems)
        {
            console.Note($"left out: {problem.Image}: {problem.Reason}");
        }

        return result.Problems.Count == 0 ? ExitCodes.Done : ExitCodes.Failed;
    }

    /// <summary>Does what a command on a dataset does, with the errors of datasets as those of the command.</summary>
    public static async Task<int> RunAsync(Func<Task<int>> work)
    {
        try
        {
            return await work();
        }
        catch (Exception e) when (e is DatasetException or ArtifactStoreException or JobStore.JobStoreException)
        {
            throw new CliException(e.Message, cause: e);
        }
    }
}
