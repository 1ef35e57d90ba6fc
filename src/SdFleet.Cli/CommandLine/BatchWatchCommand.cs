using System.CommandLine;
using SdFleet.Cli.Batches.Watch;
using SdFleet.Cli.Client;
using SdFleet.Cli.Output;

namespace SdFleet.Cli.CommandLine;

/// <summary><c>sdfleet batch watch</c>.</summary>
internal static class BatchWatchCommand
{
    public static Command Create(CliConsole console)
    {
        var (id, fleet) = (BatchIdArgument.Create(), new FleetOptions());
        var command = new Command("watch", "Follows a batch to its end. Succeeds where every line has become its pictures.") { id, fleet.Server, fleet.ApiKey };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = fleet.Connect(parsed, console);
            return await FollowAsync(client, Guid.Parse(parsed.GetRequiredValue(id)), isNew: false, console, cancellationToken);
        });
        return command;
    }

    /// <summary>Follows a batch, and shows how it ended.</summary>
    public static async Task<int> FollowAsync(FleetClient client, Guid id, bool isNew, CliConsole console, CancellationToken cancellationToken)
    {
        var batch = await new BatchWatch(client, console).UntilOverAsync(id, isNew, cancellationToken);
        foreach (var line in BatchText.Lines(batch, console.Time.GetUtcNow()))
        {
            await console.Out.WriteLineAsync(line);
        }

        await BatchStatusCommand.ShowProblemsAsync(client, id, batch.BadLines, console.Out, cancellationToken);
        return BatchText.IsWhole(batch) ? ExitCodes.Done : ExitCodes.Failed;
    }
}
