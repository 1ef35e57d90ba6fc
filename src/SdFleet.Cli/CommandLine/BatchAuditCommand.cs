using System.CommandLine;
using SdFleet.Cli.Datasets;
using SdFleet.Cli.Output;

namespace SdFleet.Cli.CommandLine;

/// <summary><c>sdfleet batch audit</c>: <c>sdfleet dataset audit</c> for one batch of a fleet, which can also make again what is missing.</summary>
internal static class BatchAuditCommand
{
    public static Command Create(CliConsole console)
    {
        var (id, fleet, audit) = (BatchIdArgument.Create(), new FleetOptions(), new AuditOptions("--missing"));
        var repair = new Option<bool>("--repair")
        {
            Description = "Have the fleet make again what is missing or damaged, under the same names; with --yes, else only say what that would be.",
        };
        var failed = new Option<bool>("--retry-failed") { Description = "With --repair: try jobs again that have failed." };
        var yes = new Option<bool>("--yes", "-y") { Description = "With --repair: do it. Damaged artifacts are removed first." };
        var command = new Command("audit", AuditOptions.Description) { id, repair, failed, yes, fleet.Server, fleet.ApiKey };
        audit.AddTo(command);
        command.Validators.Add(result =>
        {
            foreach (var option in new Option[] { failed, yes }.Where(o => !result.GetValue(repair) && result.GetResult(o) is not null))
            {
                result.AddError($"{option.Name} goes with --repair.");
            }

            // What a repair says would follow the report's JSON.
            if (result.GetValue(repair) && result.GetResult("--json") is not null)
            {
                result.AddError("--json does not go with --repair.");
            }
        });
        command.SetAction((parsed, token) =>
        {
            var batch = Guid.Parse(parsed.GetRequiredValue(id));
            return audit.RunAsync(
                parsed,
                () => DatasetSource.OfServerAsync(fleet.Connect(parsed, console), batch, token),
                console,
                token,
                parsed.GetValue(repair) ? RepairAsync : null);

            async Task RepairAsync(DatasetSource dataset, Coordinator.Datasets.Audit.AuditReport report)
            {
                using var client = fleet.Connect(parsed, console);
                await new BatchRepair(client, batch, console).RunAsync(dataset, report, parsed.GetValue(failed), parsed.GetValue(yes), token);
            }
        });
        return command;
    }
}
