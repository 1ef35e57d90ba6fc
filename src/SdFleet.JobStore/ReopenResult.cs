namespace SdFleet.JobStore;

/// <summary>What asking for a job to be made again led to.</summary>
public enum ReopenResult
{
    /// <summary>It waits to be made again.</summary>
    Reopened,

    /// <summary>It waits or runs anyway.</summary>
    Underway,

    /// <summary>It was cancelled or rejected, or its end goes to a webhook, and stays so.</summary>
    Refused,

    /// <summary>There is no such job.</summary>
    Unknown,
}
