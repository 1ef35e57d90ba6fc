namespace SdFleet.Contracts.Jobs;

/// <summary>What kind of failure ended an attempt; decides whether and how soon the job is tried again.</summary>
public enum ErrorClass
{
    /// <summary>May work next time: a device hiccup, another worker's weights.</summary>
    Transient,

    /// <summary>Will fail again on this input: a defect, a broken model.</summary>
    Permanent,

    /// <summary>The recipe cannot be carried out as written.</summary>
    Invalid,

    /// <summary>
    /// The worker went away (drain, spot loss, crash), or the artifact store was away for longer than a worker waits; nothing is wrong with
    /// the job. Counted apart from failures; <see cref="Events.JobFailed.StoreAway"/> tells the store's outages from the rest.
    /// </summary>
    Evicted,
}
