using System.CommandLine;
using System.Globalization;
using SdFleet.Cli.Batches;
using SdFleet.Cli.Batches.Upload;
using SdFleet.Cli.Output;
using SdFleet.Cli.Progress;
using SdFleet.Contracts.Webhooks;

namespace SdFleet.Cli.CommandLine;

/// <summary><c>sdfleet batch submit</c>.</summary>
internal sealed class BatchSubmitCommand
{
    private const string Any = "all";
    private const string None = "none";

    private readonly CliConsole _console;
    private readonly Argument<string> _file = BatchFileArgument.Create();
    private readonly FleetOptions _fleet = new();
    private readonly Option<string?> _name = Values.Text("--name", "For people. Default: the file's name.", "TEXT");
    private readonly Option<Guid?> _id = Id();
    private readonly Option<string?> _maxBadLines = Values.Text(
        "--max-bad-lines", $"How many lines may be wrong before the whole batch is given up. Default: {Any}.", $"N|{Any}|{None}");
    private readonly LineDefaults _defaults = new();
    private readonly Option<string?> _webhook = Values.Text("--webhook", "Where the fleet is to post the end of the batch.", "URL");
    private readonly Option<bool> _watch = new("--watch") { Description = "Follow it to its end, as \"batch watch\" does." };

    private BatchSubmitCommand(CliConsole console) => _console = console;

    public static Command Create(CliConsole console)
    {
        var it = new BatchSubmitCommand(console);
        var command = new Command(
            "submit",
            "Submits a batch. Run again after a cut connection, it goes on where it was; run again after it is complete, it makes no second batch.")
        {
            it._file, it._name, it._id, it._maxBadLines, it._webhook, it._watch, it._fleet.Server, it._fleet.ApiKey,
        };
        it._defaults.AddTo(command);
        command.SetAction(it.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var source = BatchFile.Open(parsed.GetRequiredValue(_file));
        var batch = new BatchSubmission
        {
            Id = parsed.GetValue(_id) ?? Guid.Empty,
            Name = parsed.GetValue(_name) ?? source.Name,
            Description = source.Description,
            Defaults = _defaults.Of(parsed),
            MaxBadLines = MaxBadLines(parsed.GetValue(_maxBadLines)),
            Webhook = parsed.GetValue(_webhook) is { } url ? new Webhook { Url = url } : null,
        };
        using var client = _fleet.Connect(parsed, _console);
        batch = await UploadAsync(new BatchUpload(client), source, batch, cancellationToken);
        await _console.Out.WriteLineAsync(batch.Id.ToString());
        _console.Note(string.Create(
            CultureInfo.InvariantCulture, $"{batch.Name}: {batch.Parts.Sum(p => p.Lines)} lines are with the fleet. sdfleet batch watch {batch.Id}"));
        return parsed.GetValue(_watch) ? await BatchWatchCommand.FollowAsync(client, batch.Id, isNew: true, _console, cancellationToken) : ExitCodes.Done;
    }

    private async Task<BatchSubmission> UploadAsync(BatchUpload upload, BatchSource source, BatchSubmission batch, CancellationToken cancellationToken)
    {
        // In percent of the bytes: the number of parts says little.
        using var display = new ProgressDisplay(_console, "uploading", 100);
        return await upload.RunAsync(source, batch, (done, all) => display.Report((int)(100 * done / all)), cancellationToken);
    }

    private static long? MaxBadLines(string? text) => text switch
    {
        null or Any => null,
        None => 0,
        _ when long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) => count,
        _ => throw new CliException($"--max-bad-lines is \"{text}\": a whole number, {Any} or {None}.", ExitCodes.Usage),
    };

    private static Option<Guid?> Id() => new("--id")
    {
        Description = "The batch's id. Default: follows from the lines and everything that is said of the batch.",
        HelpName = "ID",
        CustomParser = argument =>
        {
            if (Guid.TryParse(argument.Tokens[^1].Value, out var id) && id != Guid.Empty)
            {
                return id;
            }

            argument.AddError($"--id is \"{argument.Tokens[^1].Value}\": a UUID such as 0f8fad5b-d9cb-469f-a165-70867728950e, not all zeros.");
            return null;
        },
    };
}
