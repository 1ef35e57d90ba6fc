namespace SdFleet.Contracts.Batches;

/// <summary>Where an export that the fleet makes stands. Asked for again, it begins anew, with what it has.</summary>
public enum ExportState
{
    /// <summary>It is being found out which shards are to be written.</summary>
    Planning,

    /// <summary>Shards are being written.</summary>
    Building,

    /// <summary>Index, card and checksums are being written.</summary>
    Finishing,

    /// <summary>Everything is in its place.</summary>
    Completed,

    /// <summary>Given up, with a reason.</summary>
    Failed,

    /// <summary>Somebody did not want it any more.</summary>
    Cancelled,
}
