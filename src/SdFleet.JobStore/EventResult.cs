namespace SdFleet.JobStore;

/// <summary>What an event did.</summary>
public enum EventResult
{
    /// <summary>It moved the job, or its progress.</summary>
    Applied,

    /// <summary>It comes too late: from an attempt that is over, or for a job that has reached its end.</summary>
    Stale,

    /// <summary>It was processed before.</summary>
    Duplicate,

    /// <summary>There is no such job.</summary>
    Unknown,

    /// <summary>It cannot be true, as the outcome's reason says.</summary>
    Refused,
}
