using System.CommandLine;
using SdFleet.Cli.Batches.Plan;
using SdFleet.Cli.Batches;
using SdFleet.Cli.Output;
using SdFleet.Contracts.Api;

namespace SdFleet.Cli.CommandLine;

/// <summary><c>sdfleet batch plan</c>.</summary>
internal sealed class BatchPlanCommand
{
    private const int UsualSamples = 5;
    private const int MostSamples = 1000;

    private readonly CliConsole _console;
    private readonly Argument<string> _file = BatchFileArgument.Create();
    private readonly FleetOptions _fleet = new();
    private readonly Option<bool> _local = new("--local") { Description = "Ask no fleet: check only what holds for every model, and estimate from the numbers given." };
    private readonly Option<int?> _samples = Values.Whole<int>("--samples", "How many jobs to show. Default 5.");
    private readonly Option<double?> _seconds = Values.Number("--seconds-per-image", "GPU-seconds an image. Default: what the fleet has measured.");
    private readonly Option<int?> _workers = Values.Whole<int>("--workers", "Workers of each model. Default: those that run now; with --local 1.");
    private readonly Option<double?> _kilobytes = Values.Number("--kilobytes-per-image", "Length of an image's file. Default: what the fleet has measured.");
    private readonly LineDefaults _defaults = new();

    private BatchPlanCommand(CliConsole console) => _console = console;

    public static Command Create(CliConsole console)
    {
        var it = new BatchPlanCommand(console);
        var command = new Command("plan", "Says what a batch would be: how many jobs, a few of them, every mistake, and what it would cost. Submits nothing.")
        {
            it._file, it._fleet.Server, it._fleet.ApiKey, it._local, it._samples, it._seconds, it._workers, it._kilobytes,
        };
        it._defaults.AddTo(command);
        command.Validators.Add(result =>
        {
            foreach (var option in new Option[] { it._fleet.Server, it._fleet.ApiKey }.Where(o => result.GetValue(it._local) && result.GetResult(o) is not null))
            {
                result.AddError($"{option.Name} is for a fleet; --local asks none. Give one of them.");
            }
        });
        command.SetAction(it.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var samples = Within(parsed, _samples, 1, MostSamples) ?? UsualSamples;
        var numbers = new PlanNumbers
        {
            SecondsPerImage = Within(parsed, _seconds, 0, 86_400),
            Workers = Within(parsed, _workers, 1, 1_000_000),
            KilobytesPerImage = Within(parsed, _kilobytes, 0, 1_000_000),
        };
        var source = BatchFile.Open(parsed.GetRequiredValue(_file));
        var (server, models, workers) = parsed.GetValue(_local) ? (null, null, []) : await AskAsync(parsed, cancellationToken);
        var plan = await BatchPlan.ReadAsync(
            source, models?.ToDictionary(m => m.Spec.Name, m => m.Spec, StringComparer.Ordinal), _defaults.Of(parsed), samples, cancellationToken);
        if (plan.Jobs == 0)
        {
            throw new CliException($"{parsed.GetRequiredValue(_file)} has no jobs in it.", ExitCodes.Usage);
        }

        new PlanText(_console.Out, _console.Time.GetUtcNow()).Write(plan, Estimates.Of(plan, numbers, models, workers), server);
        return plan.Wrong == 0 ? ExitCodes.Done : ExitCodes.Failed;
    }

    private static T? Within<T>(ParseResult parsed, Option<T?> option, T min, T max)
        where T : struct, IComparable<T> =>
        parsed.GetValue(option) is { } value && (value.CompareTo(min) < 0 || value.CompareTo(max) > 0)
            ? throw new CliException(Amount.Text($"{option.Name} is {value}: from {min} to {max}."), ExitCodes.Usage)
            : parsed.GetValue(option);

    private async Task<(string? Server, IReadOnlyList<ModelView>? Models, IReadOnlyList<WorkerView> Workers)> AskAsync(
        ParseResult parsed, CancellationToken cancellationToken)
    {
        using var client = _fleet.Connect(parsed, _console);
        try
        {
            return (client.Server.OriginalString, await client.ListModelsAsync(cancellationToken), await client.ListWorkersAsync(cancellationToken));
        }
        catch (CliException) when (!_fleet.IsNamed(parsed, _console))
        {
            _console.Note($"No fleet answers at {client.Server}: checked without one. --server names another.");
            return (null, null, []);
        }
    }
}
