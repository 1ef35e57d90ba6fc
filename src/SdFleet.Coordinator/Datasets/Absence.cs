namespace SdFleet.Coordinator.Datasets;

/// <summary>Why a requested picture is not in the dataset.</summary>
public enum Absence
{
    /// <summary>Its job failed for good.</summary>
    Failed,

    /// <summary>Its job was cancelled.</summary>
    Cancelled,

    /// <summary>Its line broke the contract and never became a job.</summary>
    Rejected,

    /// <summary>It was made, and a filter took it out.</summary>
    Filtered,
}
