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

    internal static IEnumerable<string> Validate(BatchOptions options)
    {
        if (options.Window is < 1 or > 1_000_000)
        {
            yield return $"Window is {options.Window}: 1 to 1000000";
        }

        if (options.Interval < TimeSpan.FromMilliseconds(10) || options.Interval > TimeSpan.FromMinutes(1))
        {
            yield return $"Interval is {options.Interval}: 10 milliseconds to 1 minute";
        }
    }
}
