namespace SdFleet.Coordinator.Datasets.Audit;

/// <summary>What an audit can find.</summary>
public enum AuditFault
{
    /// <summary>A requested picture has neither a manifest record nor a reason.</summary>
    MissingRecord,

    /// <summary>A picture has more than one manifest record.</summary>
    DuplicateRecord,

    /// <summary>A manifest record that nobody requested.</summary>
    UnrequestedRecord,

    /// <summary>A manifest record of another job than the one that was to make the picture.</summary>
    WrongJob,

    /// <summary>A picture that was not to come has a manifest record all the same.</summary>
    ContradictedAbsence,

    /// <summary>Two manifest records name one artifact.</summary>
    SharedArtifact,

    /// <summary>The artifact is not there.</summary>
    MissingArtifact,

    /// <summary>The artifact ends early.</summary>
    TruncatedArtifact,

    /// <summary>The artifact's bytes are others than its record's: damaged, or swapped with another picture's.</summary>
    WrongArtifact,

    /// <summary>An artifact lies where only the dataset's own lie, and no record names it.</summary>
    ExtraArtifact,

    /// <summary>A file of an export is not there.</summary>
    MissingFile,

    /// <summary>A file of an export is not the one that the index lists.</summary>
    WrongFile,

    /// <summary>A file lies in an export that the index does not list.</summary>
    ExtraFile,

    /// <summary>A picture of the manifest is not in the export.</summary>
    NotExported,

    /// <summary>A picture is in the export and not in the manifest.</summary>
    ExtraExported,

    /// <summary>A picture in the export is another than the manifest's.</summary>
    WrongExported,
}
