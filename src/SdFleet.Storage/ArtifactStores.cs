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

    /// <summary>Looks at the store that <paramref name="options"/> describe; what is tried is taken away again.</summary>
    /// <param name="options">The store.</param>
    /// <param name="writes">Whether to try it on a file of its own: create, refuse to replace, read, list, delete.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ArtifactStoreException">It cannot be reached, or refuses; the message says what to do.</exception>
    public static Task<ArtifactStoreInspection> InspectAsync(ArtifactStoreOptions options, bool writes, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        return ArtifactProbe.InspectAsync(options, writes, cancellationToken);
    }
}
