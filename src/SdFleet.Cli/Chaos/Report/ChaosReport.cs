using SdFleet.Cli.Chaos.Check;
using SdFleet.Cli.Chaos.Faults;

namespace SdFleet.Cli.Chaos.Report;

/// <summary>A whole run, as the page shows it and the JSON file says it.</summary>
internal sealed record ChaosReport
{
    public required string Version { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Seconds from the first submission to the end of the last job.</summary>
    public required double Seconds { get; init; }

    public required int Jobs { get; init; }

    public required ulong Seed { get; init; }

    public required int Coordinators { get; init; }

    public required int Workers { get; init; }

    /// <summary>Jobs of which something is lost.</summary>
    public required int Lost { get; init; }

    /// <summary>Jobs of which something is there twice.</summary>
    public required int Duplicated { get; init; }

    public required IReadOnlyList<Finding> Findings { get; init; }

    public required IReadOnlyList<Outcome> Outcomes { get; init; }

    public required IReadOnlyList<Strike> Faults { get; init; }

    /// <summary>Faults that could not be done, with the reason.</summary>
    public required IReadOnlyDictionary<string, string> NotPossible { get; init; }

    public required IReadOnlyList<Event> Events { get; init; }

    public required IReadOnlyList<Sample> Samples { get; init; }

    /// <summary>The run in one line.</summary>
    public string Verdict => FormattableString.Invariant($"{Lost} lost, {Duplicated} duplicated ({Jobs} jobs, {Faults.Count} faults, seed {Seed})");
}
