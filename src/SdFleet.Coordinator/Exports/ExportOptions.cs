namespace SdFleet.Coordinator.Exports;

/// <summary>Settings under <c>SdFleet:Exports</c>: how coordinators write datasets into the artifact store.</summary>
public sealed class ExportOptions
{
    /// <summary>Configuration section.</summary>
    public const string SectionName = "SdFleet:Exports";

    /// <summary>Shards that this coordinator writes at once; 0 leaves it to the others. Default 1.</summary>
    public int AtOnce { get; set; } = 1;

    /// <summary>A host that has not been heard of for so long has lost what it writes. Default 1 minute.</summary>
    public TimeSpan Lease { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How often it is looked for what is to be done. Default 1 s.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The failure of a step with this number gives up the export. Default 8.</summary>
    public int MaxFailures { get; set; } = 8;

    /// <summary>Wait after the first failure; doubles with each one, up to ten minutes. Default 5 s.</summary>
    public TimeSpan BaseDelay { get; set; } = TimeSpan.FromSeconds(5);

    internal static IEnumerable<string> Validate(ExportOptions options)
    {
        if (options.AtOnce is < 0 or > 64)
        {
            yield return $"AtOnce is {options.AtOnce}: 0 to 64";
        }

        if (options.Lease < TimeSpan.FromSeconds(1) || options.Lease > TimeSpan.FromHours(1))
        {
            yield return $"Lease is {options.Lease}: 1 second to 1 hour";
        }

        if (options.Interval < TimeSpan.FromMilliseconds(10) || options.Interval > TimeSpan.FromMinutes(1))
        {
            yield return $"Interval is {options.Interval}: 10 milliseconds to 1 minute";
        }

        if (options.MaxFailures is < 1 or > 100)
        {
            yield return $"MaxFailures is {options.MaxFailures}: 1 to 100";
        }

        if (options.BaseDelay <= TimeSpan.Zero || options.BaseDelay > TimeSpan.FromMinutes(10))
        {
            yield return $"BaseDelay is {options.BaseDelay}: above 0, at most 10 minutes";
        }
    }
}
