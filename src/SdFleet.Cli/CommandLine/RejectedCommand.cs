using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using SdFleet.Cli.Output;
using SdFleet.Contracts;
using SdFleet.Contracts.Events;
using SdFleet.Hosting.Bus;

namespace SdFleet.Cli.CommandLine;

/// <summary><c>sdfleet rejected</c>: count, list, replay.</summary>
internal static class RejectedCommand
{
    private const int DefaultMax = 1000;

    public static Command Create(CliConsole console) => new("rejected", "Submissions that broke the contract, as they lie on the broker.")
    {
        Count(console), List(console), Replay(console),
    };

    private static Command Count(CliConsole console)
    {
        var broker = new BrokerOption();
        var command = new Command("count", "Says how many there are.") { broker.Option };
        command.SetAction((parsed, token) => WithQueueAsync(
            broker.Of(parsed, console),
            async queue => await console.Out.WriteLineAsync((await queue.CountAsync(token)).ToString(CultureInfo.InvariantCulture)),
            token));
        return command;
    }

    private static Command List(CliConsole console)
    {
        var (broker, max) = (new BrokerOption(), Max());
        var json = new Option<bool>("--json") { Description = "Print each as a line of JSON, with its body." };
        var command = new Command("list", "Shows the oldest of them, each with what is wrong. They stay where they are.") { broker.Option, max, json };
        command.SetAction((parsed, token) => WithQueueAsync(broker.Of(parsed, console), async queue =>
        {
            foreach (var rejection in await queue.ListAsync(parsed.GetValue(max) ?? DefaultMax, token))
            {
                await console.Out.WriteLineAsync(parsed.GetValue(json) ? JsonSerializer.Serialize(rejection, ContractsJson.Options) : Line(rejection));
            }
        }, token));
        return command;
    }

    private static Command Replay(CliConsole console)
    {
        var (broker, max) = (new BrokerOption(), Max());
        var id = Values.Text("--id", "Only what has this id.", "ID");
        var tenant = Values.Text("--tenant", "Only this tenant's.", "T");
        var field = Values.Text("--field", "Only those in which this field was wrong.", "NAME");
        var all = new Option<bool>("--all") { Description = "All of them." };
        var command = new Command("replay", "Submits them again, once what was wrong is mended: a model that was missing, a limit, a publisher's rights.")
        {
            broker.Option, max, id, tenant, field, all,
        };
        command.Validators.Add(result =>
        {
            if (!result.GetValue(all) && new Option[] { id, tenant, field }.All(o => result.GetResult(o) is null))
            {
                result.AddError("Say which: --id, --tenant, --field or --all.");
            }
        });
        command.SetAction((parsed, token) => WithQueueAsync(broker.Of(parsed, console), async queue =>
        {
            var (again, batches) = await queue.ReplayAsync(
                r => (parsed.GetValue(id) is not { } wantedId || (r.JobId ?? r.BatchId)?.ToString() == wantedId) &&
                    (parsed.GetValue(tenant) is not { } wantedTenant || r.Tenant == wantedTenant) &&
                    (parsed.GetValue(field) is not { } wantedField || r.Errors.Any(e => e.Field == wantedField)),
                parsed.GetValue(max) ?? DefaultMax,
                token);
            foreach (var rejection in again)
            {
                await console.Out.WriteLineAsync(Line(rejection));
            }

            console.Note($"{again.Count} submitted again.");
            foreach (var batch in batches)
            {
                console.Note($"Batch {batch.BatchId} is not: a batch cannot be replayed. Submit it once more from its source (sdfleet batch submit).");
            }
        }, token));
        return command;
    }

    private static Option<int?> Max() => Values.Whole<int>("--max", $"At most so many, the oldest. Default {DefaultMax}.");

    private static string Line(SubmissionRejected rejection) => string.Create(
        CultureInfo.InvariantCulture,
        $"{rejection.At:yyyy-MM-ddTHH:mm:ssZ}  {Id(rejection)}  {rejection.Tenant ?? "no tenant"}  {string.Join("; ", rejection.Errors)}");

    private static string Id(SubmissionRejected rejection) => rejection switch
    {
        { JobId: { } job } => job.ToString(),
        { BatchId: { } batch } => $"batch {batch}",
        _ => "no id",
    };

    private static async Task<int> WithQueueAsync(Uri broker, Func<RejectedQueue, Task> work, CancellationToken cancellationToken)
    {
        try
        {
            await using var queue = await RejectedQueue.OpenAsync(broker, cancellationToken);
            await work(queue);
            return ExitCodes.Done;
        }
        catch (BrokerUnavailableException e)
        {
            throw new CliException(e.Message, cause: e);
        }
    }
}
