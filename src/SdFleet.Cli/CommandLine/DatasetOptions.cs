using System.CommandLine;
using System.CommandLine.Parsing;
using System.Runtime.CompilerServices;
using SdFleet.Cli.Client;
using SdFleet.Cli.Datasets;
using SdFleet.Cli.Output;
using SdFleet.Coordinator.Datasets;

namespace SdFleet.Cli.CommandLine;

/// <summary>Which dataset a command is about.</summary>
internal sealed class DatasetOptions
{
    private readonly Option<string?> _manifest = Values.Text("--manifest", "A manifest: a line of JSON for each picture.", "FILE", "-m");
    private readonly Option<string?> _artifacts = Values.Text(
        "--artifacts", "The folder of the artifact store. Default: the pictures beside the manifest, as its field \"file\" names them.", "DIR");

    private readonly Option<string?> _data = Values.Text(
        "--data", "Instead of a manifest: the data folder of \"sdfleet up\" or of a demo, with all jobs that came without a batch.", "DIR");

    private readonly Option<Guid?> _batch = new("--batch")
    {
        Description = "Instead of a manifest: one batch, whose lines say what was asked for, of the fleet that --server names, or --data.",
        HelpName = "ID",
        CustomParser = argument =>
        {
            if (Guid.TryParse(argument.Tokens[^1].Value, out var id))
            {
                return id;
            }

            argument.AddError($"--batch is \"{argument.Tokens[^1].Value}\": a batch's id looks like 0f8fad5b-d9cb-469f-a165-70867728950e.");
            return null;
        },
    };

    private readonly Option<string?> _requested = Values.Text(
        "--requested", "What was asked for: a line of JSON for each picture, {\"line\":1,\"index\":0}, perhaps with \"jobId\", \"absence\" and \"detail\".", "FILE");

    private readonly Option<long?> _lines = Values.Whole<long>("--lines", "Instead of a list: the lines of the batch, each one asking for --images pictures.");
    private readonly Option<int?> _images = Values.Whole<int>("--images", "Pictures of a line. Default 1.");

    private readonly FleetOptions _fleet = new();

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _manifest, _artifacts, _data, _batch, _fleet.Server, _fleet.ApiKey, _requested, _lines, _images })
        {
            command.Options.Add(option);
        }

        command.Validators.Add(Validate);
    }

    public async Task<DatasetSource> OpenAsync(ParseResult parsed, CliConsole console, CancellationToken cancellationToken) =>
        (parsed.GetValue(_data), parsed.GetValue(_batch)) switch
        {
            ({ } data, { } batch) => DatasetSource.OfBatch(data, batch),
            ({ } data, null) => DatasetSource.OfFleet(data, Requested(parsed)),
            (null, { } batch) => await DatasetSource.OfServerAsync(_fleet.Connect(parsed, console), batch, cancellationToken),
            _ => DatasetSource.OfFile(parsed.GetValue(_manifest)!, parsed.GetValue(_artifacts), Requested(parsed)),
        };

    /// <summary>The batch that it is, where it is one.</summary>
    public Guid? Batch(ParseResult parsed) => parsed.GetValue(_batch);

    /// <summary>The fleet that the dataset is asked of; null where it lies in files here.</summary>
    public FleetClient? Fleet(ParseResult parsed, CliConsole console) =>
        parsed.GetValue(_batch) is not null && parsed.GetValue(_data) is null ? _fleet.Connect(parsed, console) : null;

    private void Validate(CommandResult result)
    {
        bool IsGiven(Option option) => result.GetResult(option) is not null;
        if (IsGiven(_manifest) == (IsGiven(_data) || IsGiven(_batch)))
        {
            result.AddError("Say which dataset: --manifest, or --data, or --batch with --server or --data.");
        }

        if (IsGiven(_fleet.Server) && (!IsGiven(_batch) || IsGiven(_data)))
        {
            result.AddError("--server goes with --batch, and without --data.");
        }

        if (IsGiven(_batch) && (IsGiven(_requested) || IsGiven(_lines)))
        {
            result.AddError("--batch says itself what was asked for: without --requested and --lines.");
        }

        if (IsGiven(_requested) && IsGiven(_lines))
        {
            result.AddError("--requested and --lines both say what was asked for: give one of them.");
        }

        if (IsGiven(_images) && !IsGiven(_lines))
        {
            result.AddError("--images goes with --lines.");
        }
    }

    private Func<CancellationToken, IAsyncEnumerable<RequestedImage>>? Requested(ParseResult parsed)
    {
        if (parsed.GetValue(_requested) is { } file)
        {
            return token => RequestFile.ReadAsync(file, token);
        }

        return parsed.GetValue(_lines) is { } lines ? token => Every(lines, parsed.GetValue(_images) ?? 1, token) : null;
    }

    private static async IAsyncEnumerable<RequestedImage> Every(long lines, int images, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var line = 1L; line <= lines; line++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            for (var index = 0; index < images; index++)
            {
                yield return new RequestedImage(line, index);
            }
        }

        await Task.CompletedTask;
    }
}
