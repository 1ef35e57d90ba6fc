namespace SdFleet.Api.Jobs;

/// <summary>What the job store has under the id of a submission.</summary>
internal enum KnownJob
{
    /// <summary>Nothing yet, or nobody could say.</summary>
    None,

    /// <summary>The same job.</summary>
    Same,

    /// <summary>Another job.</summary>
    Other,
}
