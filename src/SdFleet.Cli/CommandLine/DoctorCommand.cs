using System.CommandLine;
using System.Text.Json;
using SdFleet.Cli.Doctor;
using SdFleet.Cli.Output;
using SdFleet.Contracts;

namespace SdFleet.Cli.CommandLine;

/// <summary><c>sdfleet doctor</c>.</summary>
internal static class DoctorCommand
{
    private const double LongestPatience = 600;

    public static Command Create(CliConsole console)
    {
        var folder = new Option<string>("--config")
        {
            Description = "Folder with the service's appsettings.json, where it has one.",
            HelpName = "DIR",
            DefaultValueFactory = _ => ".",
        };
        var json = new Option<bool>("--json") { Description = "Print each finding as a line of JSON." };
        var noWrites = new Option<bool>("--no-writes") { Description = "Make nothing for a try, neither a queue nor an artifact." };
        var load = new Option<bool>("--load-models") { Description = "Load the models that are configured here, instead of only reading their files." };
        var timeout = Values.Number("--timeout", "Seconds that a check may take. Default 20.");
        var command = new Command(
            "doctor",
            "Looks at broker, policies, job store, artifacts, models, clocks and versions, and says what to do.\n" +
            "Takes a service's configuration as the service does: appsettings.json, variables such as SdFleet__Transport__Uri, and arguments such as --SdFleet:Transport:Uri=amqp://...")
        {
            folder, json, noWrites, load, timeout,
        };

        // What is left over are a service's own arguments.
        command.TreatUnmatchedTokensAsErrors = false;
        command.SetAction((parsed, cancellationToken) =>
        {
            if (parsed.UnmatchedTokens.FirstOrDefault(token => token.StartsWith('-') && !token.Contains(':', StringComparison.Ordinal)) is { } unknown)
            {
                throw new CliException($"there is no option {unknown}; a service's settings look like --SdFleet:Transport:Uri=...", ExitCodes.Usage);
            }

            var seconds = parsed.GetValue(timeout) ?? new DoctorOptions().Patience.TotalSeconds;
            if (!(seconds > 0 && seconds <= LongestPatience))
            {
                throw new CliException(Amount.Text($"--timeout is {seconds}: above 0, at most {LongestPatience}."), ExitCodes.Usage);
            }

            var options = new DoctorOptions { Patience = TimeSpan.FromSeconds(seconds), Writes = !parsed.GetValue(noWrites), LoadsModels = parsed.GetValue(load) };
            return RunAsync(DoctorConfiguration.Read(parsed.GetRequiredValue(folder), parsed.UnmatchedTokens), options, parsed.GetValue(json), console, cancellationToken);
        });
        return command;
    }

    private static async Task<int> RunAsync(DoctorConfiguration configuration, DoctorOptions options, bool json, CliConsole console, CancellationToken cancellationToken)
    {
        var worst = FindingState.Ok;
        await foreach (var finding in FleetDoctor.RunAsync(configuration, options, console.Time, cancellationToken))
        {
            worst = finding.State > worst ? finding.State : worst;
            if (json)
            {
                await console.Out.WriteLineAsync(JsonSerializer.Serialize(finding, ContractsJson.Options));
                continue;
            }

            await console.Out.WriteLineAsync($"{Word(finding.State),-8}{finding.Check,-14}{finding.Text}");
            if (finding.Advice is { } advice)
            {
                await console.Out.WriteLineAsync($"{"",-22}=> {advice}");
            }
        }

        return worst == FindingState.Fail ? ExitCodes.Failed : ExitCodes.Done;
    }

    private static string Word(FindingState state) => state.ToString().ToLowerInvariant();
}
