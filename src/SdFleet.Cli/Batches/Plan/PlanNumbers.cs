namespace SdFleet.Cli.Batches.Plan;

/// <summary>What the person who plans says instead of what a fleet has measured.</summary>
internal sealed record PlanNumbers
{
    /// <summary>Seconds of the device a picture.</summary>
    public double? SecondsPerImage { get; init; }

    /// <summary>Workers of each model.</summary>
    public int? Workers { get; init; }

    /// <summary>Kilobytes a picture's file has.</summary>
    public double? KilobytesPerImage { get; init; }
}
