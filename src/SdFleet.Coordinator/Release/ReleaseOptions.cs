using SdFleet.Contracts.Validation;

namespace SdFleet.Coordinator.Release;

/// <summary>Settings under <c>SdFleet:Release</c>: how much of the backlog the broker holds.</summary>
public sealed class ReleaseOptions
{
    /// <summary>Configuration section.</summary>
    public const string SectionName = "SdFleet:Release";

    private const double LeastWeight = 0.01;
    private const double MostWeight = 1000;

    /// <summary>Jobs in the work queues for each worker that is alive. Default 16.</summary>
    public int WindowPerWorker { get; set; } = 16;

    /// <summary>Jobs in the work queues of a model without workers, for the autoscaler to see. Default 16.</summary>
    public int MinWindow { get; set; } = 16;

    /// <summary>How often the store is looked at without being asked to: retries become due, other coordinators admit. Default 0.5 s.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(0.5);

    /// <summary>How long the broker may take to confirm. Default 30 s.</summary>
    public TimeSpan PublishTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Tenants' shares of a lane, of every model: while several have jobs waiting, each gets GPU work in proportion to its weight.
    /// Default 1 for a tenant that is not named.
    /// </summary>
    public Dictionary<string, double> TenantWeights { get; } = new(StringComparer.Ordinal);

    /// <summary>Everything that is wrong with <paramref name="options"/>.</summary>
    public static IEnumerable<string> Validate(ReleaseOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.WindowPerWorker is < 1 or > 100_000)
        {
            yield return $"WindowPerWorker is {options.WindowPerWorker}: 1 to 100000";
        }

        if (options.MinWindow is < 1 or > 100_000)
        {
            yield return $"MinWindow is {options.MinWindow}: 1 to 100000";
        }

        if (options.Interval < TimeSpan.FromMilliseconds(10) || options.Interval > TimeSpan.FromMinutes(1))
        {
            yield return $"Interval is {options.Interval}: 10 milliseconds to 1 minute";
        }

        if (options.PublishTimeout < TimeSpan.FromSeconds(1) || options.PublishTimeout > TimeSpan.FromMinutes(5))
        {
            yield return $"PublishTimeout is {options.PublishTimeout}: 1 second to 5 minutes";
        }

        foreach (var (tenant, weight) in options.TenantWeights)
        {
            if (!NameText.IsName(tenant))
            {
                yield return $"TenantWeights:{tenant} names no tenant: 1 to {NameText.MaxLength} characters of a-z, 0-9, '-', '_' and '.'";
            }

            if (weight is not (>= LeastWeight and <= MostWeight))
            {
                yield return $"TenantWeights:{tenant} is {weight}: {LeastWeight} to {MostWeight}";
            }
        }
    }
}
