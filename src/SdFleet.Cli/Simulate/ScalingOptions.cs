namespace SdFleet.Cli.Simulate;

/// <summary>The chart's section <c>scaling</c>, by its names, and what its template sets besides.</summary>
internal sealed class ScalingOptions
{
    /// <summary>Fewest workers; 0 to scale to zero.</summary>
    public int MinReplicas { get; set; }

    /// <summary>Most workers. Default 8.</summary>
    public int MaxReplicas { get; set; } = 8;

    /// <summary>One worker for each so many GPU-seconds outstanding. Default 300.</summary>
    public double TargetGpuSeconds { get; set; } = 300;

    /// <summary>One worker for each so many messages in the work queues. Default 16.</summary>
    public double TargetMessages { get; set; } = 16;

    /// <summary>GPU-seconds of a job before the first has completed. Default 10.</summary>
    public double SecondsPerJob { get; set; } = 10;

    /// <summary>How often KEDA looks whether there is anything to do. Default 15.</summary>
    public double PollingSeconds { get; set; } = 15;

    /// <summary>How long there must have been nothing to do before the last worker goes. Default 300.</summary>
    public double CooldownSeconds { get; set; } = 300;

    /// <summary>How long fewer workers must have been enough before some go (HPA's stabilisation). Default 120.</summary>
    public double ScaleInSeconds { get; set; } = 120;

    /// <summary>Most workers to go in <see cref="ScaleInPeriodSeconds"/>, in per cent; the template's. Default 50.</summary>
    public double ScaleInPercent { get; set; } = 50;

    /// <summary>The period of <see cref="ScaleInPercent"/>; the template's. Default 60.</summary>
    public double ScaleInPeriodSeconds { get; set; } = 60;

    /// <summary>Whether workers that hold the least go first; else the newest. Default yes.</summary>
    public bool DeletionCost { get; set; } = true;
}
