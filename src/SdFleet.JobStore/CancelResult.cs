namespace SdFleet.JobStore;

/// <summary>What a request to cancel did.</summary>
public enum CancelResult
{
    /// <summary>The job is cancelled now.</summary>
    Cancelled,

    /// <summary>It had reached its end before.</summary>
    AlreadyOver,

    /// <summary>There is no such job.</summary>
    Unknown,
}
