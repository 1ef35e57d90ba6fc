namespace SdFleet.Contracts.Batches;

/// <summary>Where a batch stands. It never leaves the last three.</summary>
public enum BatchState
{
    /// <summary>Lines are still being turned into jobs, while earlier ones run.</summary>
    Expanding,

    /// <summary>Every line has been read; jobs are outstanding.</summary>
    Running,

    /// <summary>Every line is a job that has come to its end, or a recorded problem.</summary>
    Completed,

    /// <summary>Given up, with a reason: too many bad lines, or a source that cannot be read.</summary>
    Failed,

    /// <summary>Stopped by request.</summary>
    Cancelled,
}
