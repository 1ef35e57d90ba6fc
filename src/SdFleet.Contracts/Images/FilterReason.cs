namespace SdFleet.Contracts.Images;

/// <summary>Why a picture is not wanted.</summary>
public enum FilterReason
{
    /// <summary>It is of one colour, or of values that are no numbers.</summary>
    Blank,

    /// <summary>The model's safety checker objects to it.</summary>
    Unsafe,

    /// <summary>It does not show what its prompt says, by a CLIP model.</summary>
    LowClipSimilarity,

    /// <summary>It is nearly the same as an earlier picture of its dataset. Never in a record: it is found when a dataset is read.</summary>
    NearDuplicate,
}
