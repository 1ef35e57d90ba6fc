namespace SdFleet.Cli.Simulate;

/// <summary>Where a simulated worker is in its life.</summary>
internal enum WorkerState
{
    /// <summary>Waits for its node, or loads its model.</summary>
    Starting,

    /// <summary>Takes work.</summary>
    Ready,

    /// <summary>Told to stop: goes on with what it holds.</summary>
    Draining,

    Gone,
}
