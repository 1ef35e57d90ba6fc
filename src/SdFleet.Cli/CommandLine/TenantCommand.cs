using System.CommandLine;
using System.Globalization;
using SdFleet.Cli.Output;
using SdFleet.Contracts.Api;

namespace SdFleet.Cli.CommandLine;

/// <summary><c>sdfleet tenant</c>.</summary>
internal static class TenantCommand
{
    private const string Kind = "tenant";

    public static Command Create(CliConsole console) => new(Kind, "Tenants of a fleet: a key's own, or, with an operator's key, all.")
    {
        PauseCommand.Create(Kind, "pause", "Pauses a tenant: nothing more of its jobs is begun.", console),
        PauseCommand.Create(Kind, "resume", "Resumes a tenant. What an operator has paused needs an operator's key.", console),
        List(console),
    };

    private static Command List(CliConsole console)
    {
        var fleet = new FleetOptions();
        var command = new Command("list", "Lists tenants that have jobs waiting or in flight, or are paused.") { fleet.Server, fleet.ApiKey };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = fleet.Connect(parsed, console);
            foreach (var tenant in await client.ListTenantsAsync(cancellationToken))
            {
                await console.Out.WriteLineAsync(Line(tenant));
            }
        });
        return command;
    }

    private static string Line(TenantView tenant)
    {
        var pause = tenant switch
        {
            { PausedByOperator: true } => ", paused by an operator",
            { Paused: true } => ", paused",
            _ => "",
        };
        return string.Create(CultureInfo.InvariantCulture, $"{tenant.Tenant}: {tenant.Queued} queued, {tenant.InFlight} in flight{pause}");
    }
}
