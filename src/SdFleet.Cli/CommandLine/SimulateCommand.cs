using System.CommandLine;
using SdFleet.Cli.Output;
using SdFleet.Cli.Simulate;

namespace SdFleet.Cli.CommandLine;

/// <summary><c>sdfleet simulate</c>.</summary>
internal static class SimulateCommand
{
    public static Command Create(CliConsole console)
    {
        var scenario = new Argument<string>("SCENARIO")
        {
            Description = $"A YAML file, or one of {string.Join(", ", Scenario.Names)}.",
            DefaultValueFactory = _ => "batch",
        };
        var set = new Option<string[]>("--set")
        {
            Description = "A setting on top of the scenario's, by its name there: release.windowPerWorker=16, workload.0.jobs=5000. Can be repeated.",
            HelpName = "NAME=VALUE",
        };
        var sweep = new Option<string[]>("--sweep")
        {
            Description = "Values to try for a setting, one run for each; several sweeps make every combination.",
            HelpName = "NAME=V,V,V",
        };
        var command = new Command(
            "simulate",
            "Runs the coordinator's rules of release and scaling on a fleet of virtual workers, and says what it costs and how long jobs wait.\n" +
            "Nodes start slowly, have unequal speeds and are lost; KEDA and the pod autoscaler are modelled as the chart sets them up.")
        {
            scenario, set, sweep,
        };
        command.SetAction((parsed, cancellationToken) =>
        {
            var file = Scenario.Read(parsed.GetRequiredValue(scenario));
            var fixedSettings = (parsed.GetValue(set) ?? []).Select(Setting).ToList();
            var runs = new List<(IReadOnlyList<KeyValuePair<string, string?>> Tried, SimulationResult Result)>();
            var tries = Sweep.Combine([.. (parsed.GetValue(sweep) ?? []).Select(Sweep.Parse)]);

            // All of them first: a mistake in the last should not show after an hour.
            foreach (var (tried, options) in tries.Select(t => (t, Scenario.Options([file, fixedSettings, t]))).ToList())
            {
                cancellationToken.ThrowIfCancellationRequested();
                runs.Add((tried, FleetSimulation.Run(options, cancellationToken)));
                Warn(runs[^1], options, console);
            }

            new ResultTable(console.Out).Write(runs);
            return Task.FromResult(runs.All(r => r.Result.Left == 0) ? ExitCodes.Done : ExitCodes.Failed);
        });
        return command;
    }

    private static KeyValuePair<string, string?> Setting(string text) =>
        text.Split('=', 2) is [{ Length: > 0 } name, var value]
            ? KeyValuePair.Create(name, (string?)value)
            : throw new CliException($"--set is \"{text}\": NAME=VALUE such as scaling.maxReplicas=100.", ExitCodes.Usage);

    private static void Warn((IReadOnlyList<KeyValuePair<string, string?>> Tried, SimulationResult Result) run, SimulationOptions options, CliConsole console)
    {
        var tried = run.Tried.Count == 0 ? "" : $"{string.Join(", ", run.Tried.Select(t => $"{t.Key}={t.Value}"))}: ";
        if (run.Result.OverdueReleases > 0)
        {
            console.Note(Amount.Text(
                $"{tried}{run.Result.OverdueReleases:N0} attempts waited in the broker for longer than leases.releaseLease ({options.Leases.ReleaseLease}): the fleet would release them twice."));
        }

        if (run.Result.GivenUp > 0)
        {
            console.Note(Amount.Text($"{tried}{run.Result.GivenUp:N0} jobs were given up: evicted {options.Retry.MaxEvictions} times (retry.maxEvictions)."));
        }

        if (run.Result.Left > 0)
        {
            console.Note(Amount.Text($"{tried}{run.Result.Left:N0} jobs were left after {options.MaxDays} days (maxDays)."));
        }
    }
}
