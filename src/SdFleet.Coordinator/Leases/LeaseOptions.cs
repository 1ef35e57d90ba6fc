namespace SdFleet.Coordinator.Leases;

/// <summary>Settings under <c>SdFleet:Leases</c>: how long the fleet believes in what it does not hear of.</summary>
public sealed class LeaseOptions
{
    /// <summary>Configuration section.</summary>
    public const string SectionName = "SdFleet:Leases";

    /// <summary>A worker, and what it runs, is given up this long after its last heartbeat. Default 30 s, six heartbeats.</summary>
    public TimeSpan RunLease { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// A released job that no worker has started is released again after this long. Several times what a full window takes,
    /// since a job that merely waits in its queue would be made twice. Default 15 minutes.
    /// </summary>
    public TimeSpan ReleaseLease { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>How often leases are looked through. Default 1 s.</summary>
    public TimeSpan SweepInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>A worker that has been silent this long is no longer listed. Default 1 hour.</summary>
    public TimeSpan ForgetWorkersAfter { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Everything that is wrong with <paramref name="options"/>.</summary>
    public static IEnumerable<string> Validate(LeaseOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.RunLease < TimeSpan.FromSeconds(5) || options.RunLease > TimeSpan.FromHours(1))
        {
            yield return $"RunLease is {options.RunLease}: 5 seconds to 1 hour";
        }

        if (options.ReleaseLease < options.RunLease || options.ReleaseLease > TimeSpan.FromDays(1))
        {
            yield return $"ReleaseLease is {options.ReleaseLease}: from RunLease ({options.RunLease}) to 1 day";
        }

        if (options.SweepInterval < TimeSpan.FromMilliseconds(100) || options.SweepInterval > TimeSpan.FromMinutes(1))
        {
            yield return $"SweepInterval is {options.SweepInterval}: 100 milliseconds to 1 minute";
        }

        if (options.ForgetWorkersAfter < options.RunLease)
        {
            yield return $"ForgetWorkersAfter is {options.ForgetWorkersAfter}: RunLease ({options.RunLease}) or longer";
        }
    }
}
