namespace SdFleet.Contracts.Workers;

/// <summary>What a worker is doing.</summary>
public enum WorkerState
{
    /// <summary>Loading its model.</summary>
    Starting,

    /// <summary>Ready, nothing to do.</summary>
    Idle,

    /// <summary>Making pictures.</summary>
    Busy,

    /// <summary>Finishing what it has; takes nothing new.</summary>
    Draining,

    /// <summary>Gone, by its own word.</summary>
    Stopped,
}
