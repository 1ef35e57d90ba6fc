namespace SdFleet.Cli.Simulate;

/// <summary>A simulated worker: a pod on a node of its own.</summary>
/// <param name="number">In the order of creation.</param>
/// <param name="node">Its node.</param>
/// <param name="lanes">How many lanes it takes from.</param>
internal sealed class WorkerModel(int number, NodeModel node, int lanes)
{
    public int Number => number;

    public NodeModel Node => node;

    public WorkerState State { get; set; }

    /// <summary>What it was handed and has not begun, in the order of arrival.</summary>
    public Queue<JobModel> Waiting { get; } = new();

    public Pass? Pass { get; set; }

    /// <summary>Messages of each lane that it has not acknowledged.</summary>
    public int[] Unacknowledged { get; } = new int[lanes];

    /// <summary>Whether it stands in a lane's line of those that take more.</summary>
    public bool[] IsInLine { get; } = new bool[lanes];

    /// <summary>Attempts in its hands: what its pod's deletion cost is.</summary>
    public int Holds => Waiting.Count + (Pass?.Jobs.Count ?? 0);
}
