namespace SdFleet.Coordinator.Scaling;

/// <summary>Settings under <c>SdFleet:Scale</c>: what the autoscaler is told, and who goes first when it scales in.</summary>
public sealed class ScaleOptions
{
    /// <summary>Configuration section.</summary>
    public const string SectionName = "SdFleet:Scale";

    /// <summary>GPU-seconds of one job of a model that has not completed any yet. Default 10.</summary>
    public double SecondsPerJob { get; set; } = 10;

    /// <summary>
    /// Whether to tell Kubernetes which worker pods are busy, so that idle ones go first. Needs a pod's service account with
    /// the right to patch pods. Default false.
    /// </summary>
    public bool DeletionCost { get; set; }

    /// <summary>How often the pods are told. Default 10 s.</summary>
    public TimeSpan DeletionCostInterval { get; set; } = TimeSpan.FromSeconds(10);

    internal static IEnumerable<string> Validate(ScaleOptions options)
    {
        if (options.SecondsPerJob is not (> 0 and <= 86_400))
        {
            yield return $"SecondsPerJob is {options.SecondsPerJob}: above 0, at most 86400";
        }

        if (options.DeletionCostInterval < TimeSpan.FromSeconds(1) || options.DeletionCostInterval > TimeSpan.FromMinutes(10))
        {
            yield return $"DeletionCostInterval is {options.DeletionCostInterval}: 1 second to 10 minutes";
        }
    }
}
