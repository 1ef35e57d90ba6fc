namespace SdFleet.Storage;

/// <summary>Where artifacts are kept.</summary>
public enum ArtifactStoreKind
{
    /// <summary>A folder that every worker and the API see.</summary>
    Folder,

    /// <summary>A container of Azure Blob Storage, or of Azurite.</summary>
    AzureBlob,
}
