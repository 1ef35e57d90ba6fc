using System.CommandLine;
using SdFleet.Cli.Datasets;
using SdFleet.Cli.Output;

namespace SdFleet.Cli.CommandLine;

/// <summary><c>sdfleet batch audit</c>: <c>sdfleet dataset audit</c> for one batch of a fleet.</summary>
internal static class BatchAuditCommand
{
    public static Command Create(CliConsole console)
    {
        var (id, fleet, audit) = (BatchIdArgument.Create(), new FleetOptions(), new AuditOptions());
        var command = new Command("audit", AuditOptions.Description) { id, fleet.Server, fleet.ApiKey };
        audit.AddTo(command);
        command.SetAction((parsed, token) => audit.RunAsync(
            parsed,
            () => DatasetSource.OfServerAsync(fleet.Connect(parsed, console), Guid.Parse(parsed.GetRequiredValue(id)), token),
            console,
            token));
        return command;
    }
}
