using SdFleet.Cli.Chaos;

namespace SdFleet.Cli.Soak;

/// <summary>What a soak is asked to do, and with which servers.</summary>
internal sealed record SoakOptions
{
    public const double MinMinutes = 0.5;
    public const double MaxMinutes = 7 * 24 * 60;
    public const double MaxRate = 1000;

    /// <summary>How long jobs come in.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>Jobs a second, besides the batches' lines.</summary>
    public required double Rate { get; init; }

    /// <summary>Decides the jobs.</summary>
    public ulong Seed { get; init; } = 1;

    public int Workers { get; init; } = 2;

    public int Coordinators { get; init; } = 1;

    /// <summary>Share of its level that memory may gain over the run.</summary>
    public double MaxGrowth { get; init; } = 0.1;

    /// <summary>How long what is still to come is waited for, once the duration is over.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Where the run may make what it needs.</summary>
    public required TrialServers Servers { get; init; }

    /// <summary>Where the report goes.</summary>
    public required string Folder { get; init; }

    /// <summary>Runs beside the jobs, for whoever wants to know whether a leak is seen.</summary>
    public Func<Trial, CancellationToken, Task>? Meanwhile { get; init; }
}
