namespace SdFleet.Contracts.Jobs;

/// <summary>Where a job stands. The last four are terminal: a job leaves them only where its pictures were lost, or it failed, and it is to be made again.</summary>
public enum JobState
{
    /// <summary>Admitted; waits in the job store to be released, or to be tried again.</summary>
    Queued,

    /// <summary>A message for it is in a work queue.</summary>
    Released,

    /// <summary>A worker has reported that it started.</summary>
    Running,

    /// <summary>Every requested image exists and is recorded.</summary>
    Completed,

    /// <summary>Given up, with a reason.</summary>
    Failed,

    /// <summary>Stopped by request.</summary>
    Cancelled,

    /// <summary>Never admitted: the submission breaks the contract. A later one under the same id that is in order takes its place.</summary>
    Rejected,
}
