namespace SdFleet.Cli.Simulate;

/// <summary>What a simulated worker does with what the broker hands it.</summary>
internal sealed class SimulatedWorkerOptions
{
    /// <summary>Most jobs in one pass, and messages fetched ahead in each lane. Default 4, as the worker's.</summary>
    public int MaxBatchImages { get; set; } = 4;

    /// <summary>How long a worker that is told to stop goes on with what it holds: the chart's drain.finishSeconds. Default 20.</summary>
    public double FinishSeconds { get; set; } = 20;
}
