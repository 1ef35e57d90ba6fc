namespace SdFleet.Coordinator.Datasets;

/// <summary>What is wrong with an artifact.</summary>
public enum ArtifactFault
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>There is none of that name.</summary>
    Missing,

    /// <summary>It ends before the length that its record gives.</summary>
    Truncated,

    /// <summary>Its bytes are others than its record's.</summary>
    Different,
}
