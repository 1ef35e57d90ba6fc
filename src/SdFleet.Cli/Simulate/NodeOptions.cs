namespace SdFleet.Cli.Simulate;

/// <summary>The machines of a simulated fleet, one GPU and one worker each.</summary>
internal sealed class NodeOptions
{
    /// <summary>Seconds from asking for a node to its being there, with driver and image. Default 240.</summary>
    public double StartSeconds { get; set; } = 240;

    /// <summary>How unevenly nodes start: 0.5 for half as long to half as long again. Default 0.5.</summary>
    public double StartSpread { get; set; } = 0.5;

    /// <summary>Seconds from the pod's start to a loaded model, the first time on a node. Default 60.</summary>
    public double LoadSeconds { get; set; } = 60;

    /// <summary>The same on a node that has the weights already. Default 20.</summary>
    public double ReloadSeconds { get; set; } = 20;

    /// <summary>A node that is empty this long is removed: the cluster autoscaler's time. Default 600.</summary>
    public double IdleSeconds { get; set; } = 600;

    /// <summary>How uneven the nodes' speeds are: 0.2 for 0.8 to 1.2 of a job's seconds. Default 0.1.</summary>
    public double SpeedSpread { get; set; } = 0.1;

    /// <summary>Price of an on-demand node for an hour. Default 3.60.</summary>
    public double Price { get; set; } = 3.6;

    /// <summary>Price of a spot node for an hour. Default 0.90.</summary>
    public double SpotPrice { get; set; } = 0.9;

    /// <summary>How many spot nodes can be had at a time; what is beyond them is on-demand. Default 100000.</summary>
    public int SpotNodes { get; set; } = 100_000;

    /// <summary>Losses of a spot node an hour, on average. Default 0.05.</summary>
    public double SpotLossesPerHour { get; set; } = 0.05;

    /// <summary>Seconds of notice before a spot node goes; 0 for none. Default 30.</summary>
    public double SpotNoticeSeconds { get; set; } = 30;

    /// <summary>Seconds until broker and cluster notice a node that went without a word. Default 60.</summary>
    public double SilentSeconds { get; set; } = 60;
}
