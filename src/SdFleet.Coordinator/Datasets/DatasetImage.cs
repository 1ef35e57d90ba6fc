using SdFleet.Contracts.Images;

namespace SdFleet.Coordinator.Datasets;

/// <summary>A finished picture of a dataset: its manifest record, and where it lies.</summary>
/// <param name="Line">Line of the batch, from 1.</param>
/// <param name="ArtifactName">Its name in the artifact store; usually the one that the record gives.</param>
/// <param name="Record">The manifest record.</param>
public sealed record DatasetImage(long Line, string ArtifactName, ManifestRecord Record)
{
    public ImageKey Key => new(Line, Record.Image.Index);
}
