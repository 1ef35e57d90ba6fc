using System.CommandLine;
using SdFleet.Cli.Output;

namespace SdFleet.Cli.CommandLine;

/// <summary><c>sdfleet cancel</c>.</summary>
internal static class CancelCommand
{
    public static Command Create(CliConsole console)
    {
        var ids = new Argument<string[]>("ID") { Description = "The jobs' ids.", Arity = ArgumentArity.OneOrMore };
        ids.Validators.Add(result =>
        {
            foreach (var wrong in result.Tokens.Where(t => !Guid.TryParse(t.Value, out _)))
            {
                result.AddError($"\"{wrong.Value}\" is no job id, which looks like 0f8fad5b-d9cb-469f-a165-70867728950e.");
            }
        });
        var fleet = new FleetOptions();
        var command = new Command("cancel", "Cancels jobs: those that wait are never made, those that run stop before their next step.")
        {
            ids, fleet.Server, fleet.ApiKey,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = fleet.Connect(parsed, console);
            var failed = 0;
            foreach (var id in parsed.GetRequiredValue(ids).Select(Guid.Parse))
            {
                if (await client.CancelAsync(id, cancellationToken) is { } reason)
                {
                    failed++;
                    console.Note($"sdfleet: {reason}");
                }
                else
                {
                    await console.Out.WriteLineAsync($"{id} cancelled");
                }
            }

            return failed == 0 ? ExitCodes.Done : ExitCodes.Failed;
        });
        return command;
    }
}
