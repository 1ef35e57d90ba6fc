using SdFleet.Cli.Simulate;

namespace SdFleet.Cli.Tests.Simulate;

internal static class Runs
{
    /// <summary>One worker at most, on a node that takes 100 s, with a model that takes 20 s (10 s where it was loaded before); no chance in anything.</summary>
    private static readonly Dictionary<string, string?> Plain = new(StringComparer.Ordinal)
    {
        ["nodes.startSeconds"] = "100",
        ["nodes.startSpread"] = "0",
        ["nodes.loadSeconds"] = "20",
        ["nodes.reloadSeconds"] = "10",
        ["nodes.speedSpread"] = "0",
        ["nodes.spotLossesPerHour"] = "0",
        ["nodes.price"] = "3.6",
        ["nodes.spotPrice"] = "3.6",
        ["scaling.maxReplicas"] = "1",
        ["worker.maxBatchImages"] = "1",
        ["workload.0.jobs"] = "1",
    };

    public static SimulationResult Of(params (string Name, string Value)[] settings) =>
        FleetSimulation.Run(Scenario.Options([Plain, settings.Select(s => KeyValuePair.Create(s.Name, (string?)s.Value))]));
}
