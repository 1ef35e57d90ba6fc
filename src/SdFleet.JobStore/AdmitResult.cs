namespace SdFleet.JobStore;

/// <summary>What became of a submission.</summary>
public enum AdmitResult
{
    /// <summary>A new job.</summary>
    Admitted,

    /// <summary>The same job is there already; nothing was changed.</summary>
    Duplicate,

    /// <summary>Another job has that id (or a rejected submission does); nothing was changed.</summary>
    Conflict,
}
