using SdFleet.Storage.Blobs;
using SdFleet.Storage.Folders;

namespace SdFleet.Storage;

/// <summary>Opens artifact stores, for programs and tests without a service container.</summary>
public static class ArtifactStores
{
    /// <summary>Opens the store that <paramref name="options"/> describe. Call <see cref="IArtifactStore.PrepareAsync"/> before using it.</summary>
    public static IArtifactStore Open(ArtifactStoreOptions options, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options.Kind switch
        {
            ArtifactStoreKind.Folder => new FolderArtifactStore(options.Path!, time ?? TimeProvider.System),
            ArtifactStoreKind.AzureBlob => new AzureBlobArtifactStore(BlobContainers.Open(options)),
            _ => throw new ArgumentException($"No artifact store of kind {options.Kind}.", nameof(options)),
        };
    }
}
