namespace SdFleet.Cli.Simulate;

/// <summary>A simulated node.</summary>
internal sealed class NodeModel(bool isSpot, double speed, double asked, double there)
{
    public bool IsSpot => isSpot;

    /// <summary>Seconds of a job that it does in one.</summary>
    public double Speed => speed;

    /// <summary>When it was asked for; it is paid from then on.</summary>
    public double Asked => asked;

    /// <summary>When it is there.</summary>
    public double There => there;

    public WorkerModel? Worker { get; set; }

    /// <summary>Whether a model was loaded here before.</summary>
    public bool HasWeights { get; set; }

    /// <summary>Since when it has been empty, where it is.</summary>
    public double EmptySince { get; set; }

    /// <summary>It has been told to go, or has gone: nothing new is put here.</summary>
    public bool IsLeaving { get; set; }

    public bool IsGone { get; set; }
}
