namespace SdFleet.Cli.Chaos;

/// <summary>What a run is asked to do, and with which servers.</summary>
internal sealed record ChaosOptions
{
    public const int MaxJobs = 1_000_000;
    public const int MaxFaults = 10_000;

    public required int Jobs { get; init; }

    public required int Faults { get; init; }

    /// <summary>Decides jobs and faults.</summary>
    public required ulong Seed { get; init; }

    public int Workers { get; init; } = 3;

    public int Coordinators { get; init; } = 2;

    /// <summary>Where the run may make what it needs.</summary>
    public required TrialServers Servers { get; init; }

    /// <summary>Shell command that restarts the broker; null where nobody may.</summary>
    public string? RestartBroker { get; init; }

    /// <summary>Shell command that restarts PostgreSQL; null where nobody may.</summary>
    public string? RestartPostgres { get; init; }

    /// <summary>Shell command that restarts the blob service; null where nobody may.</summary>
    public string? RestartBlobs { get; init; }

    /// <summary>Where the report goes.</summary>
    public required string Folder { get; init; }

    /// <summary>How long the fleet may make no progress at all before what is missing counts as lost.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Called between the end of the last job and the check, for whoever wants to know whether the check sees anything.</summary>
    public Func<ChaosScene, CancellationToken, Task>? BeforeCheck { get; init; }
}
