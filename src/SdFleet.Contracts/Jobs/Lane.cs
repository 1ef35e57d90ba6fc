namespace SdFleet.Contracts.Jobs;

/// <summary>How soon a job should run, relative to other jobs of the same model. Each lane has its own work queue.</summary>
public enum Lane
{
    /// <summary>Somebody waits for it: released before everything else.</summary>
    Interactive,

    /// <summary>The default.</summary>
    Normal,

    /// <summary>Dataset generation: fills what the other lanes leave free.</summary>
    Bulk,
}
