namespace SdFleet.Coordinator.Batches;

/// <summary>Settings under <c>SdFleet:Batches</c>: how the lines of batches become jobs.</summary>
public sealed class BatchOptions
{
    /// <summary>Configuration section.</summary>
    public const string SectionName = "SdFleet:Batches";

    /// <summary>Jobs of a batch that wait in the job store at once; its other lines stay in the artifact store. Default 10000.</summary>
    public int Window { get; set; } = 10_000;

    /// <summary>How often batches are looked through for lines to expand, and for their end. Default 1 s.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>An upload that was not submitted so long after its last part is removed. Default 7 days.</summary>
    public TimeSpan KeepUploads { get; set; } = TimeSpan.FromDays(7);

    /// <summary>How often it is looked for such uploads; two looks have to find the same. Default 1 hour.</summary>
    public TimeSpan SweepInterval { get; set; } = TimeSpan.FromHours(1);

    internal static IEnumerable<string> Validate(BatchOptions options)
    {
        if (options.Window is < 1 or > 1_000_000)
        {
            yield return $"Window is {options.Window}: 1 to 1000000";
        }

        if (options.KeepUploads < TimeSpan.FromHours(1) || options.KeepUploads > TimeSpan.FromDays(3650))
        {
            yield return $"KeepUploads is {options.KeepUploads}: 1 hour to 3650 days";
        }

        if (options.SweepInterval < TimeSpan.FromMinutes(1) || options.SweepInterval > TimeSpan.FromDays(30))
        {
            yield return $"SweepInterval is {options.SweepInterval}: 1 minute to 30 days";
        }

        if (options.Interval < TimeSpan.FromMilliseconds(10) || options.Interval > TimeSpan.FromMinutes(1))
        {
            yield return $"Interval is {options.Interval}: 10 milliseconds to 1 minute";
        }
    }
}
