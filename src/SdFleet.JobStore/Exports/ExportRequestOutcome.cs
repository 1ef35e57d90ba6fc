namespace SdFleet.JobStore;

/// <summary>What became of a request for an export.</summary>
public enum ExportRequestOutcome
{
    /// <summary>It has begun, or begun anew.</summary>
    Started,

    /// <summary>It is underway already, as it was asked for before.</summary>
    Underway,

    /// <summary>Under its name there is one that is laid out otherwise.</summary>
    Conflict,
}
