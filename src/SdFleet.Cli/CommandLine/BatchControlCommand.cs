using System.CommandLine;
using SdFleet.Cli.Output;

namespace SdFleet.Cli.CommandLine;

/// <summary><c>sdfleet batch cancel</c>, <c>pause</c> and <c>resume</c>.</summary>
internal static class BatchControlCommand
{
    public static Command Create(string verb, string done, string description, CliConsole console)
    {
        var (id, fleet) = (BatchIdArgument.Create(), new FleetOptions());
        var command = new Command(verb, description) { id, fleet.Server, fleet.ApiKey };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = fleet.Connect(parsed, console);
            var batch = Guid.Parse(parsed.GetRequiredValue(id));
            if (await client.ControlBatchAsync(batch, verb, cancellationToken) is { } reason)
            {
                throw new CliException(reason);
            }

            await console.Out.WriteLineAsync($"{batch} {done}");
        });
        return command;
    }
}
