using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using SdFleet.Cli.Batches.Watch;
using SdFleet.Cli.Client;
using SdFleet.Cli.Output;
using SdFleet.Contracts;

namespace SdFleet.Cli.CommandLine;

/// <summary><c>sdfleet batch status</c>.</summary>
internal static class BatchStatusCommand
{
    private const int ShownProblems = 10;

    public static Command Create(CliConsole console)
    {
        var (id, fleet) = (BatchIdArgument.Create(), new FleetOptions());
        var json = new Option<bool>("--json") { Description = "Print it as the server gives it." };
        var command = new Command("status", "Shows where a batch stands, why jobs failed, and the first bad lines.") { id, json, fleet.Server, fleet.ApiKey };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = fleet.Connect(parsed, console);
            var wanted = Guid.Parse(parsed.GetRequiredValue(id));
            var batch = await client.FindBatchAsync(wanted, cancellationToken) ?? throw new CliException($"there is no batch {wanted} at {client.Server}.");
            if (parsed.GetValue(json))
            {
                await console.Out.WriteLineAsync(JsonSerializer.Serialize(batch, ContractsJson.Options));
                return;
            }

            foreach (var line in BatchText.Lines(batch, console.Time.GetUtcNow()))
            {
                await console.Out.WriteLineAsync(line);
            }

            await ShowProblemsAsync(client, wanted, batch.BadLines, console.Out, cancellationToken);
        });
        return command;
    }

    /// <summary>Writes the first bad lines.</summary>
    public static async Task ShowProblemsAsync(FleetClient client, Guid id, long badLines, TextWriter to, CancellationToken cancellationToken)
    {
        if (badLines == 0)
        {
            return;
        }

        var problems = (await client.ListBatchProblemsAsync(id, ShownProblems, cancellationToken)).Problems;
        foreach (var problem in problems)
        {
            await to.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"line {problem.Line}: {string.Join("; ", problem.Errors)}"));
        }

        if (badLines > problems.Count)
        {
            await to.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"and {badLines - problems.Count} more: {client.Server}v1/batches/{id}/problems"));
        }
    }
}
