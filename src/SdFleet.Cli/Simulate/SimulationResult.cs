using SdFleet.Contracts.Jobs;

namespace SdFleet.Cli.Simulate;

/// <summary>What a simulated fleet did.</summary>
internal sealed record SimulationResult
{
    /// <summary>Jobs that came.</summary>
    public required int Jobs { get; init; }

    public required int Completed { get; init; }

    /// <summary>Jobs given up as evicted too often.</summary>
    public required int GivenUp { get; init; }

    /// <summary>Jobs left when the run was ended for its length.</summary>
    public int Left => Jobs - Completed - GivenUp;

    /// <summary>When the last job completed, in seconds.</summary>
    public required double Finished { get; init; }

    /// <summary>When the run ended: the nodes gone again, where the fleet scales to zero.</summary>
    public required double Ended { get; init; }

    public required double Cost { get; init; }

    /// <summary>Seconds that nodes were paid for.</summary>
    public required double NodeSeconds { get; init; }

    /// <summary>Of these, in passes that completed.</summary>
    public required double BusySeconds { get; init; }

    /// <summary>Of these, in passes that were cut off.</summary>
    public required double LostSeconds { get; init; }

    /// <summary>Of these, from asking for a node or a pod to its model being loaded.</summary>
    public required double StartingSeconds { get; init; }

    /// <summary>The rest: a GPU with nothing to do.</summary>
    public double IdleSeconds => NodeSeconds - BusySeconds - LostSeconds - StartingSeconds;

    /// <summary>Attempts that ended because their worker went away.</summary>
    public required int Evictions { get; init; }

    /// <summary>Attempts that waited in the broker for longer than their release's lease: the fleet would have released them again.</summary>
    public required int OverdueReleases { get; init; }

    public required int SpotLosses { get; init; }

    public required int Nodes { get; init; }

    /// <summary>Most nodes at a time.</summary>
    public required int MostNodes { get; init; }

    /// <summary>Times that the fleet was started from zero.</summary>
    public required int StartsFromZero { get; init; }

    /// <summary>Seconds from submission to the start of the attempt that completed, in ascending order, by lane; lanes without jobs are left out.</summary>
    public required IReadOnlyDictionary<Lane, float[]> Waits { get; init; }

    /// <summary>The wait that a part of a lane's jobs stay within, as the smallest wait that is enough (nearest rank).</summary>
    public double Wait(Lane lane, double part)
    {
        var waits = Waits[lane];
        return waits[Math.Clamp((int)Math.Ceiling(part * waits.Length) - 1, 0, waits.Length - 1)];
    }
}
