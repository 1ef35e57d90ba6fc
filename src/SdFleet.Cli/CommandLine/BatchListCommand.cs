using System.CommandLine;
using SdFleet.Cli.Batches.Watch;
using SdFleet.Cli.Output;

namespace SdFleet.Cli.CommandLine;

/// <summary><c>sdfleet batch list</c>.</summary>
internal static class BatchListCommand
{
    private const int UsualMax = 20;
    private const int MostBatches = 1000;

    public static Command Create(CliConsole console)
    {
        var (max, fleet) = (Values.Whole<int>("--max", $"How many. Default {UsualMax}."), new FleetOptions());
        var command = new Command("list", "Lists batches, the newest first.") { max, fleet.Server, fleet.ApiKey };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = fleet.Connect(parsed, console);
            var wanted = Math.Clamp(parsed.GetValue(max) ?? UsualMax, 1, MostBatches);
            foreach (var batch in await client.ListBatchesAsync(wanted, cancellationToken))
            {
                await console.Out.WriteLineAsync($"{batch.Id}  {BatchText.Line(batch, console.Time.GetUtcNow())}");
            }
        });
        return command;
    }
}
